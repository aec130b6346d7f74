import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { receiveRequest } from '../../../test/support/receive-request.ts'
import { ClientGone, LifecycleError, ShuttingDown } from '../../delivery/errors.ts'
import type { FirstBlock } from '../../delivery/sink.ts'
import { reply, stream } from '../../reply/reply.ts'
import type { ReplyInit } from '../../reply/reply-options.ts'
import { endResponse, Http1Sink } from './http1-sink.ts'
import { HttpWire } from './http-wire.ts'
import { OutgoingHead } from '../outgoing-head.ts'
import { serve } from '../serve.ts'

const first: FirstBlock = { content: 'text', bytes: 3 }

afterEach(() => void vi.useRealTimers())

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
  const next = async (): Promise<ServerResponse> => {
    if (responses.length === 0) await once(server, 'request')
    const response = responses.shift()
    if (!response) throw new Error('Cannot take a request: none has come')
    return response
  }
  return { client, next }
}

interface Opened {
  client: RawClient
  sink: Http1Sink
  socket: Socket
  nodeResponse: ServerResponse
}

function toSink(nodeResponse: ServerResponse, init: ReplyInit = {}): { sink: Http1Sink; socket: Socket } {
  const { socket } = nodeResponse
  if (!socket) throw new Error('Cannot open a sink: the response has no socket')
  return {
    socket,
    sink: new Http1Sink(nodeResponse, socket, new OutgoingHead(stream([], init), new HttpWire(nodeResponse))),
  }
}

async function open(init: ReplyInit = {}, version = '1.1'): Promise<Opened> {
  const { client, next } = await connect()
  client.send(`GET / HTTP/${version}\r\nHost: test\r\n\r\n`)
  const nodeResponse = await next()
  return { client, nodeResponse, ...toSink(nodeResponse, init) }
}

async function openCommitted(init: ReplyInit = {}, version = '1.1'): Promise<Opened> {
  const opened = await open(init, version)
  commit(opened.sink)
  return opened
}

// Not `once`, which rejects with the error of a connection that was reset.
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

function commit(sink: Http1Sink): void {
  sink.commit(sink.frame(first))
}

// Fills the kernel's buffers, until bytes are held in this process; gives how many were written.
function fill({ client, sink }: Opened, frame = Buffer.alloc(262_144, 'x')): number {
  client.pause()
  let bytes = 0
  while (!sink.held) {
    sink.write(frame)
    bytes += frame.length
  }
  return bytes
}

describe('Http1Sink, while it sends', () => {
  it('holds nothing before commit, nor while the head waits for its first block', async () => {
    const { sink, socket, client } = await open()
    expect(sink.held).toBe(false)
    commit(sink)
    expect(sink.held).toBe(false)
    expect(socket.writableLength).toBeGreaterThan(0)
    sink.push()
    expect(socket.writableLength).toBe(0)
    await client.until('\r\n\r\n')
  })

  it('G1: has handed a block to the operating system when write returns, the head with it', async () => {
    const { sink, socket, client } = await openCommitted()
    const sent = vi.spyOn(socket, '_write')
    for (const block of ['one', 'two']) {
      sink.write(Buffer.from(`3\r\n${block}\r\n`))
      expect([sink.held, socket.writableLength, socket.writableCorked]).toEqual([false, 0, 0])
    }
    // The head and the first block have left together, as one.
    expect(sent).toHaveBeenCalledTimes(1)
    await client.untilChunk('one')
    await client.untilChunk('two')
  })

  it.each([
    ['with the head', false],
    ['after it', true],
  ])('hands several pieces over as one, %s', async (_, isPushed) => {
    const { sink, socket, client } = await openCommitted()
    if (isPushed) sink.push()
    const alone = vi.spyOn(socket, '_write')
    sink.writeAll(['6\r\n', 'abc', 'def', '\r\n'].map((piece) => Buffer.from(piece)))
    expect([sink.held, socket.writableLength, socket.writableCorked]).toEqual([false, 0, 0])
    expect(alone).not.toHaveBeenCalled()
    await client.untilChunk('abcdef')
  })

  it('decides the framing as often as it is asked, and never after the head has gone out', async () => {
    const { sink } = await open({ headers: { 'content-length': '3' } })
    expect(sink.frame(first)).toEqual({ kind: 'length', bytes: 3 })
    commit(sink)
    expect(() => sink.frame(first)).toThrow(LifecycleError)
  })

  it('G2: holds what a client does not read, and calls back once when it has read it', async () => {
    const opened = await openCommitted()
    const { sink, client } = opened
    fill(opened)
    const freed = Promise.withResolvers<boolean>()
    const free = vi.fn(() => freed.resolve(sink.held))
    sink.whenFree(free)
    expect(sink.held).toBe(true)
    expect(free).not.toHaveBeenCalled()
    client.resume()
    expect(await freed.promise).toBe(false)
    expect(free).toHaveBeenCalledOnce()
  })

  it('G10: is never free again when the client leaves in place of reading', async () => {
    const opened = await openCommitted()
    fill(opened)
    const free = vi.fn()
    opened.sink.whenFree(free)
    opened.client.leave()
    await closed(opened.socket)
    opened.sink.whenFree(free)
    await new Promise((resolve) => setImmediate(resolve))
    expect(free).not.toHaveBeenCalled()
    expect(opened.sink.held).toBe(true)
  })
})

describe('Http1Sink, that asks a client which has closed its side', () => {
  it('sends a zero between two chunks, which the size of the next may begin with', async () => {
    const { client, sink } = await openCommitted()
    sink.push()
    await client.until('\r\n\r\n')
    expect(sink.ask()).toBe(true)
    sink.write(Buffer.from('3\r\none\r\n'))
    expect(await client.until('one')).toBe('03\r\none')
    expect(sink.ask()).toBe(true)
    sink.end([], [], () => {})
    expect(await client.until('0\r\n\r\n')).toBe('\r\n00\r\n\r\n')
  })

  it.each([
    ['of a told length', { headers: { 'content-length': '9' } }, '1.1'],
    ['that ends with the connection', {}, '1.0'],
  ] as const)('has nothing to send in a body %s', async (_, init, version) => {
    const { sink } = await openCommitted(init, version)
    sink.push()
    expect(sink.ask()).toBe(false)
  })

  it('sends nothing before its head, nor while that waits, nor while anything is held, nor behind its end', async () => {
    const opened = await open()
    const { sink, client } = opened
    expect(sink.ask()).toBe(false)
    commit(sink)
    expect(sink.ask()).toBe(false)
    client.pause()
    fill(opened)
    expect(sink.ask()).toBe(false)
    const other = await openCommitted()
    other.sink.end([], [], () => {})
    expect(other.sink.ask()).toBe(false)
  })

  it('G4: sends nothing when it has failed', async () => {
    const { sink } = await openCommitted()
    sink.push()
    sink.abort(new Error('of the test'))
    expect(sink.ask()).toBe(false)
  })
})

describe('Http1Sink at its end', () => {
  it.each([
    ['nothing but the head', [], ''],
    ['a last frame', ['3\r\nend\r\n'], 'end'],
    ['several', ['3\r\n', 'end', '\r\n'], 'end'],
  ])('takes %s along, and leaves no cork behind on a connection that stays', async (_, last, text) => {
    const { client, next } = await connect()
    for (const _round of [1, 2, 3]) {
      client.get('/')
      const { sink, socket } = toSink(await next())
      commit(sink)
      const ended = Promise.withResolvers<void>()
      sink.end(
        last.map((frame) => Buffer.from(frame)),
        [],
        ended.resolve,
      )
      expect(socket.writableCorked).toBe(0)
      await ended.promise
      expect([socket.writableLength, socket.writableCorked]).toEqual([0, 0])
      expect(await client.reply()).toMatchObject({ text, isComplete: true, framing: 'chunked' })
    }
  })

  it('calls back once, and only when the client has read enough', async () => {
    const opened = await openCommitted({}, '1.0')
    fill(opened)
    const { promise, resolve } = Promise.withResolvers<void>()
    const ended = vi.fn(resolve)
    opened.sink.end([Buffer.from('end')], [], ended)
    expect(ended).not.toHaveBeenCalled()
    opened.client.resume()
    await promise
    expect((await opened.client.toEnd()).text).toMatch(/xend$/)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('sends trailers after the last chunk, each field as it is', async () => {
    const { sink, client } = await openCommitted()
    sink.end([], ['x-sum', '1', 'x-sum', '2', 'x-other', ''], () => {})
    expect(await client.until('x-other: \r\n\r\n')).toMatch(
      /\r\n0\r\nx-sum: 1\r\nx-sum: 2\r\nx-other: \r\n\r\n$/,
    )
  })

  it.each([
    ['a length', { headers: { 'content-length': '3' } }, '1.1'],
    ['the end of the connection', {}, '1.0'],
  ])('sends no trailers where the body ends by %s', async (_, init, version) => {
    const { sink, client } = await openCommitted(init, version)
    sink.end([Buffer.from('end')], ['x-sum', '1'], () => {})
    const { text } = await client.reply()
    expect(text).toBe('end')
  })
})

const urgent = [
  ['ClientGone', new ClientGone()],
  ['ShuttingDown', new ShuttingDown('closing')],
] as const
const failure = new Error('failed')

describe('Http1Sink, broken off', () => {
  it.each([...urgent, ['a failure', failure]] as const)(
    'before its head by %s sends nothing',
    async (_, error) => {
      const { sink, client } = await open()
      sink.abort(error)
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    },
  )

  it('G4: by a failure sends the head that waited, and no last chunk', async () => {
    const { sink, client } = await openCommitted()
    sink.abort(failure)
    const { text, how } = await client.toEnd()
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\n$/)
    expect(how).toBe('end')
  })

  it('G4: by a failure lets what it holds leave first', async () => {
    const opened = await openCommitted()
    const bytes = fill(opened)
    opened.sink.abort(failure)
    expect(opened.socket.destroyed).toBe(false)
    opened.client.resume()
    const { text, how } = await opened.client.toEnd()
    expect([text.slice(text.indexOf('\r\n\r\n') + 4).length, how]).toEqual([bytes, 'end'])
  })

  it('G4: by a failure waits for a client that does not read, but not for ever', async () => {
    const opened = await openCommitted()
    fill(opened)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    opened.sink.abort(failure)
    vi.advanceTimersByTime(1999)
    expect(opened.socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(opened.socket.destroyed).toBe(true)
  })

  it.each(urgent)('by %s holds nothing for a client that does not read', async (_, error) => {
    const opened = await openCommitted()
    fill(opened)
    opened.sink.abort(error)
    expect(opened.socket.destroyed).toBe(true)
  })

  it.each([...urgent, ['a failure', failure]] as const)(
    'G4: by %s resets a body that would end with the connection',
    async (_, error) => {
      const { sink, client } = await openCommitted({}, '1.0')
      sink.write(Buffer.from('abc'))
      await client.until('abc')
      sink.abort(error)
      expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
    },
  )

  it('G4: by a failure lets the kernel send before it resets', async () => {
    const { sink, client } = await openCommitted({}, '1.0')
    sink.write(Buffer.from('last words'))
    sink.abort(failure)
    const { text, how } = await client.toEnd()
    expect([text.endsWith('last words'), how]).toEqual([true, 'reset'])
  })

  it('after its end, while the last bytes are held, drops them when the client has left', async () => {
    const opened = await openCommitted()
    fill(opened)
    const ended = vi.fn()
    opened.sink.end([], [], ended)
    opened.sink.abort(new ClientGone())
    await closed(opened.socket)
    expect(ended).not.toHaveBeenCalled()
  })

  it('does nothing to a connection that is gone already', async () => {
    const opened = await openCommitted({}, '1.0')
    opened.client.leave()
    await closed(opened.socket)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    opened.sink.abort(new ClientGone())
    vi.runAllTimers()
    expect(opened.socket.destroyed).toBe(true)
  })
})

it('endResponse calls back when the last bytes have left', async () => {
  const { client, nodeResponse } = await receiveRequest()
  const { promise, resolve } = Promise.withResolvers<void>()
  endResponse(nodeResponse, Buffer.from('whole'), resolve)
  await client.until('whole')
  await promise
})

it('G10: endResponse never calls back when the client leaves first', async () => {
  const { client, nodeResponse } = await receiveRequest()
  const { socket } = nodeResponse.req
  let ended = 0
  client.socket.pause()
  endResponse(nodeResponse, Buffer.alloc(50_000_000), () => ended++)
  expect(socket.writableLength).toBeGreaterThan(0)
  client.leave()
  await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
  // Whatever node:http calls back, it does so before the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(0)
})

it.each([
  ['streamed', () => stream(['x'], { statusText: 'caf\u00e9', headers: { 'x-name': 'caf\u00e9' } })],
  ['buffered', () => reply('x', { statusText: 'caf\u00e9', headers: { 'x-name': 'caf\u00e9' } })],
])('a %s head leaves as latin1', async (_, make) => {
  await using server = await serve({ routes: { '/': make } })
  const client = new RawClient(server.port)
  client.get('/')
  const head = await client.until('\r\n\r\n')
  expect(head).toContain('200 caf\u00e9\r\n')
  expect(head).toContain('x-name: caf\u00e9\r\n')
  client.leave()
})
