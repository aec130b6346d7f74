import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { RawClient } from '../../test/support/raw-client.ts'
import type { Body } from '../body/source.ts'
import { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import type { Outcome } from '../delivery/sink.ts'
import { reply, stream } from '../reply/reply.ts'
import { HttpWire } from './http1/http-wire.ts'
import { Sending } from './sending.ts'

// A client and the requests of its one connection, as node:http has parsed them; all are gone after the test.
async function connect() {
  const responses: ServerResponse[] = []
  const server = createServer((_, response) => responses.push(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  const next = async (method = 'GET', ...fields: string[]): Promise<ServerResponse> => {
    client.request(method, '/', ...fields)
    await once(server, 'request')
    const response = responses.shift()
    if (!response) throw new Error('Cannot take a request: none has come')
    return response
  }
  return { client, next }
}

/** One sending, with all that it told of its end. */
function prepare(nodeResponse: ServerResponse, response: Response) {
  const { promise, resolve } = Promise.withResolvers<{ outcome: Outcome; errors: readonly unknown[] }>()
  const sent = vi.fn((outcome: Outcome, errors: readonly unknown[]) => resolve({ outcome, errors }))
  const owner = { mayStay: true, sent }
  const plan = { response, wire: new HttpWire(nodeResponse), delivery: 'block', owner } as const
  return { sending: new Sending(plan), sent, over: promise }
}

function send(nodeResponse: ServerResponse, response: Response) {
  const prepared = prepare(nodeResponse, response)
  prepared.sending.start()
  return prepared
}

/** A body that notes when it is asked and closed, and whose closing fails if it is told to. */
class Noted implements Iterable<string> {
  readonly log: string[] = []
  readonly #error: Error | undefined

  constructor(error?: Error) {
    this.#error = error
  }

  *[Symbol.iterator](): Generator<string> {
    this.log.push('asked')
    yield 'abc'
  }

  close(): void {
    this.log.push('closed')
    if (this.#error) throw this.#error
  }
}

const complete = { kind: 'complete', bytes: 3, blocks: 1 }

describe('Sending', () => {
  const bodies: [string, () => Response][] = [
    ['text', () => reply('abc')],
    ['bytes', () => reply(Buffer.from('abc'))],
    ['a source, buffered', () => reply(new Noted())],
    ['a source, streamed', () => stream(new Noted())],
    ['a foreign Response', () => new Response('abc')],
  ]

  it.each(bodies)('tells once that %s has gone, and leaves the connection in order', async (_, make) => {
    const { client, next } = await connect()
    for (const _round of [1, 2]) {
      const { over, sent } = send(await next(), make())
      expect(await client.reply()).toMatchObject({ status: 200, text: 'abc', isComplete: true })
      expect(await over).toEqual({ outcome: complete, errors: [] })
      expect(sent).toHaveBeenCalledOnce()
    }
  })

  it.each([
    ['HEAD', () => stream(new Noted()), 200],
    ['GET', () => stream(new Noted(), { status: 204 }), 204],
    ['GET', () => reply(new Noted(), { status: 304 }), 304],
  ])('G7: sends the head alone to %s', async (method, make, status) => {
    const { client, next } = await connect()
    const { over } = send(await next(method), make())
    expect((await client.reply(method)).status).toBe(status)
    expect((await over).outcome).toEqual({ kind: 'complete', bytes: 0, blocks: 0 })
  })

  it.each([
    ['HEAD', reply],
    ['HEAD', stream],
    ['GET', reply],
    ['GET', stream],
  ])('G5: closes the body once and tells what its closer threw: %s', async (method, make) => {
    const { client, next } = await connect()
    const failure = new Error('closer')
    const body = new Noted(failure)
    const { over } = send(await next(method), make(body))
    await client.reply(method)
    const { outcome, errors } = await over
    expect([outcome.kind, errors]).toEqual(['complete', [failure]])
    expect(body.log).toEqual(method === 'HEAD' ? ['closed'] : ['asked', 'closed'])
  })

  it.each([
    ['a head that breaks a rule, before its text', () => reply('abc', { headers: { upgrade: 'x' } })],
    ['a head that breaks a rule, before its source', () => reply(new Noted(), { headers: { upgrade: 'x' } })],
    [
      'a head that breaks a rule, before its stream',
      () => stream(new Noted(), { headers: { upgrade: 'x' } }),
    ],
    ['a value that node:http refuses', () => stream(new Noted(), { headers: { x: '\u0001' } })],
    [
      'a length that is not that of the body',
      () => reply(new Noted(), { headers: { 'content-length': '9' } }),
    ],
    ['a body that fails when it is collected', () => reply(failing())],
    ['a body that fails before its first block', () => stream(failing())],
    ['a body that is too long', () => reply(new Noted(), { maxBytes: 2 })],
    ['an error response of fetch', () => Response.error()],
  ])('G3: refuses %s, and nothing has gone out', async (_, make) => {
    const { client, next } = await connect()
    const nodeResponse = await next()
    const { outcome, errors } = await send(nodeResponse, make()).over
    expect(outcome).toMatchObject({ kind: 'refused', error: expect.any(Error), bytes: 0, blocks: 0 })
    expect([errors, nodeResponse.headersSent]).toEqual([[], false])
    await send(nodeResponse, reply('in its place', { status: 500 })).over
    expect(await client.reply()).toMatchObject({ text: 'in its place' })
  })

  it.each(['abc', Buffer.from('abc')])('sends a reply of %s as often as it is given', async (body) => {
    const { client, next } = await connect()
    const shared = reply(body)
    for (const method of ['GET', 'HEAD', 'GET']) {
      await send(await next(method), shared).over
      expect((await client.reply(method)).text).toBe(method === 'GET' ? 'abc' : '')
    }
  })

  it.each([
    ['a source, buffered', () => reply(new Noted())],
    ['a source, streamed', () => stream(new Noted())],
    ['text, streamed', () => stream('abc')],
  ])('refuses %s, for the second time', async (_, make) => {
    const { client, next } = await connect()
    const shared = make()
    await send(await next(), shared).over
    await client.reply()
    const nodeResponse = await next()
    expect(() => send(nodeResponse, shared)).toThrow(/^Cannot send a reply twice/)
  })

  it('takes a source once, though it was closed without having been started', async () => {
    const { client, next } = await connect()
    const source = stream(new Noted())
    await send(await next('HEAD'), source).over
    await client.reply('HEAD')
    const nodeResponse = await next()
    expect(() => send(nodeResponse, source)).toThrow(/^Cannot send a reply twice/)
  })

  it.each([
    ['read', async (response: Response) => void (await response.text())],
    ['locked', (response: Response) => void response.body?.getReader()],
  ])('refuses a foreign response whose body is %s', async (_, use) => {
    const { next } = await connect()
    const nodeResponse = await next()
    const response = new Response('abc')
    await use(response)
    expect(() => send(nodeResponse, response)).toThrow(/^Cannot send a response whose body was read already/)
  })

  it.each([
    ['trailers', true],
    ['gzip, trailers;q=1', true],
    ['gzip', false],
    [undefined, false],
  ])('sends trailers to a client that says TE: %s', async (te, isSent) => {
    const { client, next } = await connect()
    const fields = te === undefined ? [] : [`TE: ${te}`, 'Connection: TE']
    send(await next('GET', ...fields), stream(new Noted(), { trailers: () => ({ 'x-sum': '1' }) }))
    const { trailers } = await client.reply()
    expect([...trailers.keys()]).toEqual(isSent ? ['x-sum'] : [])
  })
})

function* failing(): Generator<string> {
  yield ''
  throw new Error('body')
}

describe('Sending, broken off', () => {
  const reasons = [
    ['client-gone', new ClientGone()],
    ['shutdown', new ShuttingDown('closing')],
  ] as const
  const ways: [string, (body: Body) => Response][] = [
    ['collects', (body) => reply(body)],
    ['waits for its first block', (body) => stream(body === null ? '' : body)],
  ]

  describe.each(ways)('while it %s', (_, make) => {
    it.each(reasons)('G5: by %s closes its body and tells it once', async (kind, reason) => {
      const { client, next } = await connect()
      const gate = new Gate()
      const { sending, over, sent } = send(await next(), make(gate))
      await gate.whenAsked(1)
      sending.abort(reason)
      sending.abort(reason)
      const { outcome, errors } = await over
      expect([outcome, errors]).toEqual([{ kind, error: reason, bytes: 0, blocks: 0 }, []])
      expect([gate.asked, gate.closed]).toEqual([1, 1])
      if (kind === 'shutdown') expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
      sending.abort(reason)
      expect(sent).toHaveBeenCalledOnce()
    })
  })

  it('G5: before its turn on the connection never starts its body', async () => {
    const { client, next } = await connect()
    const first = await next()
    const body = new Noted()
    const { sending, over } = send(await next(), stream(body))
    sending.abort(new ClientGone())
    expect((await over).outcome.kind).toBe('client-gone')
    // Its turn comes all the same; nothing is sent then.
    await send(first, reply('first')).over
    expect((await client.reply()).text).toBe('first')
    expect(body.log).toEqual(['closed'])
  })

  it('refuses a reply that was sent twice when its turn comes', async () => {
    const { client, next } = await connect()
    const [first, second, third] = [await next(), await next(), await next()]
    const shared = stream(new Noted())
    const one = send(second, shared)
    const two = send(third, shared)
    await send(first, reply('first')).over
    expect((await one.over).outcome).toEqual(complete)
    expect((await two.over).outcome).toMatchObject({ kind: 'refused', error: { name: 'TypeError' } })
    expect([(await client.reply()).text, (await client.reply()).text]).toEqual(['first', 'abc'])
  })

  it.each([
    ['text', (text: string) => reply(text)],
    ['a stream', (text: string) => stream([text].values())],
    ['a source, collected', (text: string) => reply([text].values())],
  ])('G10: a client that leaves before the end of %s has left is told of as such', async (_, make) => {
    const { client, next } = await connect()
    const nodeResponse = await next()
    const { socket } = nodeResponse
    const { sending, over } = send(nodeResponse, make('x'.repeat(20_000_000)))
    // As a connection does it: the departure is known when the socket has closed.
    socket?.once('close', () => sending.abort(new ClientGone()))
    await client.until('\r\n\r\n')
    client.pause()
    client.leave()
    expect((await over).outcome).toMatchObject({ kind: 'client-gone', error: { code: 'CLIENT_GONE' } })
  })
})
