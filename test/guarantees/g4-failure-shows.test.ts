import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { connect } from 'node:http2'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { type Block, push, stream } from 'millrace'
import { testCertificate } from '../support/connect-client.ts'
import { DecodeReply } from '../support/decode-reply.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

const SECRET = 'postgres://admin:hunter2@10.0.0.7'

// RFC 9113 §7
const INTERNAL_ERROR = 2

function* failing(): Generator<Block> {
  yield 'one'
  yield ['two', Buffer.from('three')]
  throw new Error(SECRET)
}

async function* failingAsync(): AsyncGenerator<Block> {
  yield* failing()
}

const sources = {
  'sync generator': () => stream(failing),
  'async generator': () => stream(failingAsync),
  push: () =>
    push(async (out) => {
      for (const block of failing()) await out.write(block)
    }),
  'Node stream': () => stream(Readable.from(failing())),
  'web stream': () => stream(ReadableStream.from(failingAsync())),
} as const

eachDelivery('G4', (open, { isHttp1, framing, protocol }) => {
  it.runIf(isHttp1).each(Object.entries(sources))(
    'G4: a %s that fails: its blocks arrive, a last chunk does not [GAP-011, GAP-013, UVI-005, CPY-029]',
    async (_, make) => {
      await using server = await open({ routes: { '/': make } })
      const client = server.client()
      client.get('/')
      const { text: wire } = await client.toEnd()
      expect(wire).not.toMatch(/\n0\r\n/)
      expect(wire).not.toContain(SECRET)
      expect(new DecodeReply().push(wire)).toMatchObject({
        statusLine: 'HTTP/1.1 200 OK',
        framing: 'chunked',
        text: 'onetwothree',
        isComplete: false,
        rest: '',
      })
      expect(server.reported).toEqual([new Error(SECRET)])
    },
  )

  it.runIf(!isHttp1).each(Object.entries(sources))(
    'G4: a %s that fails: its blocks arrive, the stream is reset, its connection stays [GAP-011, CPY-029]',
    async (_, make) => {
      await using server = await open({ routes: { '/': make, '/next': () => 'next' } })
      const client = server.http2Client()
      client.get('/')
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 200, framing, text: 'onetwothree', isComplete: false })
      expect(reply.resetCode).toBe(INTERNAL_ERROR)
      expect(JSON.stringify([...reply.fields, reply.text])).not.toContain(SECRET)
      client.get('/next')
      expect(await client.reply()).toMatchObject({ text: 'next', isComplete: true })
      expect(client.goAway).toBeUndefined()
      expect(server.reported).toEqual([new Error(SECRET)])
    },
  )

  it('G4: blocks that the client has not read when the source fails reach it', async () => {
    const block = Buffer.alloc(256 * 1024, 'x')
    await using server = await open({
      routes: {
        '/': () =>
          stream(function* () {
            yield block
            throw new Error(SECRET)
          }),
      },
    })
    const client = server.client()
    client.get('/')
    const { body, isComplete } = await client.reply()
    expect(body.equals(block)).toBe(true)
    expect(isComplete).toBe(false)
  })

  it.runIf(isHttp1)('G4: a client of node:http is told', async () => {
    await using server = await open({ routes: { '/': () => stream(failingAsync) } })
    const isTls = server.url.startsWith('https:')
    const request = isTls ? getSecure(server.url, { ca: testCertificate.cert }) : get(server.url)
    const [response]: IncomingMessage[] = await once(request, 'response')
    let text = ''
    response?.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    const failure = await new Promise((resolve) => response?.once('error', resolve))
    expect(failure).toMatchObject({ code: 'ECONNRESET', message: 'aborted' })
    expect(response?.complete).toBe(false)
    expect(text).toBe('onetwothree')
  })

  it.runIf(!isHttp1)('G4: a client of node:http2 is told', async () => {
    await using server = await open({ routes: { '/': () => stream(failingAsync) } })
    const url = server.url.replace(/^http:/, protocol === 'h2c' ? 'http:' : 'https:')
    const session = connect(url, { ca: testCertificate.cert })
    const request = session.request({ ':path': '/' })
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    const failure = await new Promise((resolve) => request.once('error', resolve))
    expect(failure).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
    expect([text, request.rstCode]).toEqual(['onetwothree', INTERNAL_ERROR])
    session.destroy()
  })

  it.runIf(isHttp1)('G4: fetch is told', async () => {
    await using server = await open({ routes: { '/': () => stream(failingAsync) } })
    const response = await fetch(server.url)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it.runIf(isHttp1)(
    'G4: a body of HTTP/1.0 is reset, as its end would look whole [CPY-029, WKZ-050]',
    async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.client()
      client.getOld('/')
      gate.open('<one>')
      await client.until('<one>')
      gate.fail(new Error(SECRET))
      expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
    },
  )

  it('G4: a body with Content-Length is cut', async () => {
    const headers = { 'content-length': '100' }
    await using server = await open({ routes: { '/': () => stream(failing, { headers }) } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ framing: 'length', text: 'onetwothree', isComplete: false })
  })

  it('G4: onError gives a last block, and the body stays cut', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown): Block => {
      errors.push(error)
      return '<failed>'
    }
    await using server = await open({ routes: { '/': () => stream(failing, { onError }) } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ text: 'onetwothree<failed>', isComplete: false })
    expect(errors).toEqual([new Error(SECRET)])
    expect(server.reported).toEqual([new Error(SECRET)])
  })

  it('G4: onError that throws changes nothing for the client, and is heard of', async () => {
    const onError = (): Block => {
      throw new Error('of onError')
    }
    await using server = await open({ routes: { '/': () => stream(failing, { onError }) } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ text: 'onetwothree', isComplete: false })
    expect(server.reported).toEqual([new Error(SECRET), new Error('of onError')])
  })

  it('G4: onError is not called before the first block, nor inside a Content-Length', async () => {
    let calls = 0
    const onError = (): Block => `${++calls}`
    const headers = { 'content-length': '100' }
    await using server = await open({
      routes: {
        '/early': () => stream(Readable.from(failNow()), { onError }),
        '/length': () => stream(failing, { onError, headers }),
      },
    })
    const client = server.client()
    client.get('/early')
    expect(await client.reply()).toMatchObject({ status: 500, text: 'Internal server error\n' })
    client.get('/length')
    expect(await client.reply()).toMatchObject({ text: 'onetwothree', isComplete: false })
    expect(calls).toBe(0)
  })

  it("G4: a body that fails after commit: 'now' is cut", async () => {
    await using server = await open({ routes: { '/': () => stream(failNow, { commit: 'now' }) } })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 200, text: '', isComplete: false })
  })

  it.each([7, null, undefined, { row: 1 }, Promise.resolve('late')])(
    'G4: %o is not a block and fails the body',
    async (value) => {
      const source = { [Symbol.iterator]: () => ['one', value].values() }
      await using server = await open({ routes: { '/': () => Reflect.apply(stream, undefined, [source]) } })
      const client = server.client()
      client.get('/')
      expect(await client.reply()).toMatchObject({ text: 'one', isComplete: false })
      expect(server.reported).toEqual([
        expect.objectContaining({ message: expect.stringContaining('Cannot send a block that is') }),
      ])
    },
  )

  it('G4: a failure that is not an Error cuts the body too', async () => {
    await using server = await open({
      routes: {
        '/': () =>
          push(async (out) => {
            await out.write('one')
            await Promise.reject('only text')
          }),
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.reply()).toMatchObject({ text: 'one', isComplete: false })
    expect(server.reported).toEqual(['only text'])
  })
})

// oxlint-disable-next-line require-yield -- it fails before its first block
async function* failNow(): AsyncGenerator<Block> {
  throw new Error(SECRET)
}

eachDelivery(
  'G4',
  (open) => {
    it('a reply of HTTP/1.0 whose request is never finished is reset', async () => {
      await using server = await open({ routes: { 'POST /': () => stream(new Gate(), { commit: 'now' }) } })
      const client = server.client()
      client.send('POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\nhalf')
      await client.until('\r\n\r\n')
      client.socket.end()
      expect((await client.toEnd()).how).toBe('reset')
    })
  },
  { protocols: 'http1', isLarge: true },
)
