import { describe, expect, it } from 'vitest'
import { channel, sse } from 'millrace'
import { compress, type Encoding } from 'millrace/middleware'
import { DecodingClient, missesCut } from '../compression/decoding-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']

eachDelivery('sse', (open) => {
  it('G1, G3: the head leaves before there is an event, and each event before the next is opened', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => sse(gate, { retry: 50 }) } })
    const client = server.client()
    client.get('/')
    const head = await client.until('\r\n\r\n')
    expect(head).toContain('content-type: text/event-stream\r\n')
    expect(head).toContain('cache-control: no-store\r\n')
    expect(head).toContain('x-accel-buffering: no\r\n')
    await client.untilChunk('retry: 50\n\n')
    for (const [index, block] of ['one', 'zwölf\nдва', '🎡'.repeat(20_000), '{}'].entries()) {
      await gate.whenAsked(index + 1)
      gate.open(block)
      await client.untilChunk(`data: ${block.replace('\n', '\ndata: ')}\n\n`)
    }
    gate.end()
    await client.untilEnd()
  })

  it('sends a heartbeat before the first event and between events, never inside one', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => sse(gate, { heartbeat: 5 }) } })
    const client = server.client()
    client.get('/')
    await client.until('\r\n\r\n')
    for (let count = 0; count < 3; count++) await client.untilChunk(':\n\n')
    gate.open('a\nb')
    await client.untilChunk('data: a\ndata: b\n\n')
    await client.untilChunk(':\n\n')
    gate.end()
    const rest = await client.untilEnd()
    expect(rest.replaceAll(client.toChunk(':\n\n'), '')).toBe('')
  })

  it('G4: tells that the source has failed, but not why, and cuts the body', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => sse(gate) } })
    const client = server.client()
    client.get('/')
    gate.open('a')
    await client.untilChunk('data: a\n\n')
    const error = new Error('password=1')
    gate.fail(error)
    expect(await client.untilCut()).toBe(client.toChunk('event: error\ndata: The stream has failed\n\n'))
    expect(server.reported).toEqual([error])
  })

  it('G4, G12: an event that would forge another fails the stream in its place', async () => {
    const events = ['good', { event: 'x\ndata: forged', data: 'y' }, 'never']
    await using server = await open({ routes: { '/': () => sse(events) } })
    const client = server.client()
    client.get('/')
    const text = await client.untilCut()
    expect(text).toContain('data: good\n\n')
    expect(text).toContain('event: error\n')
    expect(text).not.toMatch(/forged|never/)
    expect(server.reported).toMatchObject([{ code: 'G12' }])
  })

  it('G7: HEAD has the same head, and does not start the source', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => sse(gate) } })
    const client = server.client()
    client.request('HEAD', '/')
    const reply = await client.reply('HEAD')
    expect(reply).toMatchObject({ status: 200, framing: 'none', text: '', isComplete: true })
    expect(reply.headers.get('content-type')).toBe('text/event-stream')
    expect([gate.asked, gate.closed]).toEqual([0, 1])
  })

  it('G10: a client that leaves closes the source', async () => {
    const gate = new Gate()
    const outcome = Promise.withResolvers<string>()
    const onClose = ({ kind }: { kind: string }) => outcome.resolve(kind)
    await using server = await open({ routes: { '/': () => sse(gate, { onClose }) } })
    const client = server.client()
    client.get('/')
    await gate.whenAsked(1)
    client.leave()
    expect(await outcome.promise).toBe('client-gone')
    expect(gate.closed).toBe(1)
    expect(server.reported).toEqual([])
  })

  it('the context tells where the client has left off', async () => {
    await using server = await open({
      routes: { '/': ({ lastEventId }) => sse([{ data: lastEventId ?? null }]) },
    })
    const ask = async (headers: Record<string, string>) => (await server.fetch('/', { headers })).text()
    expect(await ask({})).toBe('data: null\n\n')
    expect(await ask({ 'last-event-id': 'a-7' })).toBe('data: a-7\n\n')
    expect(await ask({ 'last-event-id': Buffer.from('größe').toString('latin1') })).toBe('data: größe\n\n')
  })

  describe.each(encodings)('%s', (encoding) => {
    it('G1, G11: each event is decoded before the next is opened, where compression is turned on', async () => {
      const gate = new Gate()
      await using server = await open({
        use: [compress({ events: true })],
        routes: { '/': () => sse(gate, { retry: 1 }) },
      })
      const client = new DecodingClient(server.at('/'), encoding)
      let sent = 'retry: 1\n\n'
      await client.until(sent)
      for (const [index, block] of ['one', 'два', 'x'.repeat(100_000), 'four'].entries()) {
        await gate.whenAsked(index + 1)
        gate.open(block)
        sent += `data: ${block}\n\n`
        await client.until(sent)
      }
      gate.fail(new Error('no'))
      const { bytes, ...rest } = await client.over()
      expect(bytes.toString()).toBe(`${sent}event: error\ndata: The stream has failed\n\n`)
      expect(rest).toEqual({ isEncodingWhole: missesCut(encoding), isMessageWhole: false })
      expect((await client.head()).headers['content-encoding']).toBe(encoding)
    })

    it('G1, G11: each event of a channel is decoded before the next is sent, with heartbeats', async () => {
      const news = channel()
      await using server = await open({
        use: [compress({ events: true })],
        routes: { '/': (context) => news.open(context, { heartbeat: 5 }) },
      })
      const client = new DecodingClient(server.at('/'), encoding)
      await client.untilEnding(':\n\n:\n\n')
      for (const data of ['one', 'два', 'x'.repeat(100_000), 'four']) {
        const id = news.send(data)
        await client.untilEnding(`id: ${id}\ndata: ${data}\n\n`)
      }
      news.close()
      expect(await client.over()).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
    })
  })

  it('is not compressed unless that is turned on', async () => {
    await using server = await open({ use: [compress()], routes: { '/': () => sse(['x'.repeat(5000)]) } })
    const response = await server.fetch('/', { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.text()).toContain('xxx')
  })
})
