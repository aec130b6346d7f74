import { expect, it } from 'vitest'
import { type Block, csv, type Reply, reply, stream } from 'millrace'
import type { Handler } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'

class Source implements Iterable<Block> {
  started = 0
  closed = 0;

  *[Symbol.iterator](): Generator<Block> {
    this.started++
    for (;;) yield 'endless'
  }

  close(): void {
    this.closed++
  }
}

const HEADS = ['date']

function comparable(headers: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !HEADS.includes(name)))
}

eachDelivery('G7', (open, { isHttp1 }) => {
  it.each([
    { name: 'HEAD on an endless stream', method: 'HEAD', status: 200 },
    { name: '204', method: 'GET', status: 204 },
    { name: '304', method: 'GET', status: 304 },
    { name: 'HEAD with 204', method: 'HEAD', status: 204 },
    { name: 'HEAD with 404', method: 'HEAD', status: 404 },
  ])(
    'G7: $name starts no source, closes it once and keeps the connection [WKZ-016, DJG-051]',
    async ({ method, status }) => {
      const sources: Source[] = []
      const closed: string[] = []
      const make = (): Reply => {
        const source = new Source()
        sources.push(source)
        return stream(source, { status, onClose: ({ kind }) => closed.push(kind) })
      }
      await using server = await open({ routes: { '/': make, '/next': () => 'next' } })
      const client = server.client()
      for (const _ of [1, 2, 3]) client.request(method, '/')
      client.get('/next')
      for (const _ of [1, 2, 3]) {
        expect(await client.reply(method)).toMatchObject({ status, framing: 'none', isComplete: true })
      }
      expect((await client.reply()).text).toBe('next')
      await server.close()
      expect(sources.map(({ started, closed: count }) => [started, count])).toEqual([
        [0, 1],
        [0, 1],
        [0, 1],
      ])
      expect(closed).toEqual(['complete', 'complete', 'complete'])
      expect(server.reported).toEqual([])
    },
  )

  const replies: Record<string, Handler> = {
    text: () => 'Grüße',
    bytes: () => Buffer.from('bytes'),
    'a buffered text': () => reply('Grüße', { headers: { 'x-own': 'yes' } }),
    'a buffered Blob': () => reply(new Blob(['blob'], { type: 'image/x-blob' })),
    'a stream with a length': () =>
      stream(['12345'].values(), { headers: { 'content-length': '5', 'content-type': 'text/x' } }),
    'a stream with a type': () => stream(['12345'].values(), { headers: { 'content-type': 'text/x' } }),
    csv: () => csv([{ a: 1 }]),
    nothing: () => reply(null),
    'a web Response': () => new Response('web', { headers: { 'x-own': 'yes' } }),
  }

  it('G7: HEAD of a web Response whose framework has dropped the body says nothing of its length', async () => {
    await using server = await open({
      routes: { '/': () => new Response(null, { headers: { 'x-own': 'yes' } }) },
    })
    const client = server.client()
    client.request('HEAD', '/')
    const { headers } = await client.reply('HEAD')
    expect(headers.get('x-own')).toBe('yes')
    expect(headers.has('content-length')).toBe(false)
  })

  it.each(Object.entries(replies))(
    'G7: the head of HEAD for %s is that of GET [CPY-062]',
    async (_, make) => {
      await using server = await open({ routes: { '/': make } })
      const client = server.client()
      client.get('/')
      const got = await client.reply()
      client.request('HEAD', '/')
      const headed = await client.reply('HEAD')
      expect(headed.statusLine).toBe(got.statusLine)
      const expected = comparable(got.headers)
      // RFC 9110 §9.3.2: what only the body would tell may be left out of the head of HEAD.
      const { 'transfer-encoding': _chunked, ...known } = expected
      expect(comparable(headed.headers)).toMatchObject(known)
      client.get('/')
      expect(await client.reply()).toMatchObject({ isComplete: true })
    },
  )

  it('G7: an error reply to HEAD has no body', async () => {
    await using server = await open({ routes: { '/': () => 'found' } })
    const client = server.client()
    client.request('HEAD', '/missing')
    const { status, headers } = await client.reply('HEAD')
    expect(status).toBe(404)
    expect(Number(headers.get('content-length'))).toBeGreaterThan(0)
    client.get('/')
    expect((await client.reply()).text).toBe('found')
  })

  it('G7: 204 and 304 announce neither a length nor chunks [WKZ-014, DJG-051]', async () => {
    await using server = await open({
      routes: {
        '/204': () => reply('dropped', { status: 204 }),
        '/304': () => stream(['dropped'].values(), { status: 304, headers: { etag: '"x"' } }),
      },
    })
    const client = server.client()
    for (const path of ['/204', '/304']) {
      client.get(path)
      const { headers, status } = await client.reply()
      expect(`/${status}`).toBe(path)
      expect(headers.has('transfer-encoding')).toBe(false)
      if (status === 204) expect(headers.has('content-length')).toBe(false)
    }
    expect(client.received).toBe('')
  })

  it.runIf(isHttp1)('G7: HEAD on HTTP/1.0 has no body', async () => {
    const source = new Source()
    await using server = await open({ routes: { '/': () => stream(source) } })
    const client = server.client()
    client.send('HEAD / HTTP/1.0\r\n\r\n')
    const { text } = await client.toEnd()
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/)
    expect(source).toMatchObject({ started: 0, closed: 1 })
  })
})
