import { expect, it } from 'vitest'
import { type Block, reply, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'

const three: Block[] = ['one', 'two', 'three']
const known = { headers: { 'content-length': '11' } }

eachDelivery('G8', (open, { isHttp1, framing: unknown }) => {
  it('G8: a body is framed by its length where it is known, else by chunks or by the end of the stream [CPY-010, WKZ-049, STA-004]', async () => {
    await using server = await open({
      routes: {
        '/chunked': () => stream(three.values()),
        '/length': () => stream(three.values(), known),
        '/empty': () => stream([].values()),
        '/buffered': () => reply(three),
      },
    })
    const client = server.client()
    for (const [path, framing] of [
      ['/chunked', unknown],
      ['/length', 'length'],
      ['/empty', 'length'],
      ['/buffered', 'length'],
    ]) {
      client.get(`${path}`)
      const answer = await client.reply()
      expect(answer).toMatchObject({
        framing,
        isComplete: true,
        text: path === '/empty' ? '' : 'onetwothree',
      })
      expect(answer.headers.has('connection') && answer.headers.get('connection')).not.toBe('close')
    }
  })

  it.runIf(isHttp1)(
    'G8: HTTP/1.0 ends a body without a length by closing, never by chunks [WKZ-053, UVI-011, CPY-013]',
    async () => {
      await using server = await open({ routes: { '/': () => stream(three.values()) } })
      for (const fields of [[], ['Connection: keep-alive'], ['Connection: Keep-Alive']]) {
        const client = server.client()
        client.getOld('/', ...fields)
        const answer = await client.reply()
        expect(answer).toMatchObject({ framing: 'close', text: 'onetwothree', isComplete: true })
        expect(answer.headers.get('connection')).toBe('close')
        expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
      }
    },
  )

  const routes = {
    '/stream': () => stream(three.values(), known),
    '/buffered': () => reply(three),
    '/plain': () => 'onetwothree',
    '/empty': () => stream([].values()),
  }

  it.runIf(isHttp1).each(Object.keys(routes))(
    'G8: HTTP/1.0 keeps the connection of %s when asked, in any letter case [GAP-031, CPY-015, CPY-013]',
    async (path) => {
      await using server = await open({ routes })
      const client = server.client()
      for (const value of ['keep-alive', 'Keep-Alive', 'KEEP-ALIVE', 'x-other, Keep-Alive']) {
        client.getOld(path, `Connection: ${value}`)
        const answer = await client.reply()
        expect(answer).toMatchObject({ status: 200, framing: 'length', isComplete: true })
        expect(answer.headers.get('connection')?.toLowerCase()).toBe('keep-alive')
      }
    },
  )

  it.runIf(isHttp1).each(Object.keys(routes))(
    'G8: HTTP/1.0 closes the connection of %s when not asked [CPY-015]',
    async (path) => {
      await using server = await open({ routes })
      const client = server.client()
      client.getOld(path)
      const answer = await client.reply()
      expect(answer).toMatchObject({ status: 200, framing: 'length', isComplete: true })
      expect((await client.toEnd()).how).toBe('end')
    },
  )

  it.runIf(isHttp1)('G8: Connection: close ends the connection after the reply [UVI-014]', async () => {
    await using server = await open({ routes: { ...routes, '/chunked': () => stream(three.values()) } })
    for (const path of [...Object.keys(routes), '/chunked']) {
      const client = server.client()
      client.get(path, 'Connection: close')
      const answer = await client.reply()
      expect(answer.isComplete).toBe(true)
      expect(answer.headers.get('connection')).toBe('close')
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    }
  })

  const hopByHop = [
    'connection',
    'keep-alive',
    'TE',
    'Transfer-Encoding',
    'upgrade',
    'proxy-connection',
    'trailers',
  ]

  it.each(hopByHop)('G8: %s set by an application is an error of the application', async (name) => {
    const headers = { [name]: 'chunked' }
    await using server = await open({
      routes: {
        '/stream': () => stream(three.values(), { headers }),
        '/buffered': () => reply('x', { headers }),
      },
    })
    const client = server.client()
    for (const path of ['/stream', '/buffered']) {
      client.get(path)
      expect(await client.reply()).toMatchObject({ status: 500, isComplete: true })
    }
    expect(server.reported).toEqual([
      expect.objectContaining({ code: 'G8' }),
      expect.objectContaining({ code: 'G8' }),
    ])
  })

  it('G8: hop-by-hop fields of a foreign application are left out [ASG-002]', async () => {
    const headers = { 'transfer-encoding': 'chunked', connection: 'keep-alive', 'x-own': 'kept' }
    const body = () => ReadableStream.from([Buffer.from('one'), Buffer.from('two')])
    await using server = await open({ fetch: () => new Response(body(), { headers }) })
    const client = server.client()
    client.get('/')
    const answer = await client.reply()
    expect(answer).toMatchObject({ status: 200, framing: unknown, text: 'onetwo', isComplete: true })
    expect(answer.headers.get('x-own')).toBe('kept')
  })

  it.runIf(!isHttp1)('G8: no field that is about a connection of HTTP/1 is sent', async () => {
    await using server = await open({
      routes: {
        ...routes,
        '/unknown': () => stream(three.values()),
        '/204': () => reply(null, { status: 204 }),
      },
    })
    const client = server.http2Client()
    for (const path of [...Object.keys(routes), '/unknown', '/204', '/missing']) {
      client.get(path)
      const { fields, isComplete } = await client.reply()
      const names = fields.map(([name]) => name)
      expect(
        names.filter((name) => ['connection', 'keep-alive', 'transfer-encoding'].includes(name)),
      ).toEqual([])
      expect(names.filter((name) => name.startsWith(':'))).toEqual([':status'])
      expect(isComplete).toBe(true)
    }
  })

  it('G8: every reply has a Date', async () => {
    await using server = await open({
      routes: {
        ...routes,
        '/chunked': () => stream(three.values()),
        '/204': () => reply(null, { status: 204 }),
        '/throws': () => {
          throw new Error('expected')
        },
      },
    })
    const client = server.client()
    for (const path of [...Object.keys(routes), '/chunked', '/204', '/throws', '/missing']) {
      client.get(path)
      const { headers } = await client.reply()
      expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000)
    }
  })

  it('G8: a Date of the application is kept, and there is one', async () => {
    const date = 'Tue, 15 Nov 1994 08:12:31 GMT'
    await using server = await open({ routes: { '/': () => stream(three.values(), { headers: { date } }) } })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).headers.get('date')).toBe(date)
  })

  it('G8: the reason phrase is that of the status, or that of the application, where there is one', async () => {
    await using server = await open({
      routes: {
        '/plain': () => 'x',
        '/created': () => reply('x', { status: 201 }),
        '/streamed': () => stream(three.values(), { status: 202 }),
        '/own': () => reply('x', { status: 299, statusText: 'Nearly There' }),
      },
    })
    const client = server.client()
    const lines: string[] = []
    for (const path of ['/plain', '/created', '/streamed', '/own', '/missing']) {
      client.get(path)
      lines.push((await client.reply()).statusLine)
    }
    expect(lines).toEqual(
      isHttp1
        ? [
            'HTTP/1.1 200 OK',
            'HTTP/1.1 201 Created',
            'HTTP/1.1 202 Accepted',
            'HTTP/1.1 299 Nearly There',
            'HTTP/1.1 404 Not Found',
          ]
        : ['HTTP/2 200', 'HTTP/2 201', 'HTTP/2 202', 'HTTP/2 299', 'HTTP/2 404'],
    )
  })
})
