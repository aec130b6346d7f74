import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { LifecycleError } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { Head, Live } from '../wire.ts'
import { Connection, IdleCount } from './connection.ts'
import { HttpWire } from './http-wire.ts'
import { resetting } from './resetting.ts'

// A client and the responses of its connection, as node:http makes them; all are gone after the test.
async function setUp() {
  const responses: ServerResponse[] = []
  let came = Promise.withResolvers<void>()
  const server = createServer((_, response) => {
    responses.push(response)
    came.resolve()
    came = Promise.withResolvers()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  const next = async (): Promise<ServerResponse> => {
    for (;;) {
      const response = responses.shift()
      if (response) return response
      await came.promise
    }
  }
  return { client, next }
}

async function open(request = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n') {
  const { client, next } = await setUp()
  client.send(request)
  const nodeResponse = await next()
  return { client, next, nodeResponse, wire: new HttpWire(nodeResponse) }
}

// One whose connection counts the replies that are being made.
async function openLive(idle?: IdleCount) {
  const opened = await open()
  const connection = new Connection(opened.nodeResponse.req.socket, idle && { idle })
  const wire = new HttpWire(opened.nodeResponse, undefined, connection)
  const live: Live = { abort: vi.fn<Live['abort']>() }
  wire.open(live)
  return { ...opened, wire, connection, live }
}

const length: Framing = { kind: 'length', bytes: 4 }

function toHead(more: Partial<Head> = {}): Head {
  return { status: 200, reason: 'OK', fields: ['content-length', '4'], framing: length, stays: true, ...more }
}

function end(wire: HttpWire, text = 'body'): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  wire.end(Buffer.from(text), resolve)
  return promise
}

describe('HttpWire, that asks a client which has closed its side', () => {
  it('sends an interim reply before its head', async () => {
    const { client, wire } = await open()
    expect(wire.ask()).toBe(true)
    wire.writeHead(toHead())
    await end(wire)
    expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'body' })
  })

  it('has nothing to send with HTTP/1.0, nor behind its head, nor before its turn', async () => {
    const old = await open('GET / HTTP/1.0\r\n\r\n')
    expect(old.wire.ask()).toBe(false)
    const { wire, client, next } = await open()
    client.get('/next')
    expect(new HttpWire(await next()).ask()).toBe(false)
    wire.writeHead(toHead())
    expect(wire.ask()).toBe(false)
  })
})

describe('HttpWire, of its request', () => {
  it('says what the request line says', async () => {
    const { wire } = await open('PUT /a?b HTTP/1.1\r\nHost: test\r\n\r\n')
    expect([wire.method, wire.version, wire.isNext]).toEqual(['PUT', '1.1', true])
    expect(wire.readRequest()).toMatchObject({ method: 'PUT', target: '/a?b', authority: 'test' })
    const old = await open('GET / HTTP/1.0\r\n\r\n')
    expect(old.wire.version).toBe('1.0')
  })

  it.each([
    ['', false],
    ['TE: trailers', true],
    ['TE: gzip, Trailers;q=1', true],
    ['TE: gzip', false],
    ['TE: nontrailers', false],
  ])('says whether the client takes trailers: %j', async (field, takes) => {
    const { wire } = await open(`GET / HTTP/1.1\r\nHost: test\r\n${field === '' ? '' : `${field}\r\n`}\r\n`)
    expect(wire.takesTrailers).toBe(takes)
  })

  it('limits the body of the request as it is told', async () => {
    const { nodeResponse } = await open('PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n')
    const wire = new HttpWire(nodeResponse, { maxRequestBytes: 4, delivery: 'turn' })
    expect(() => wire.readRequest()).toThrow(expect.objectContaining({ status: 413 }))
    const allowed = new HttpWire(nodeResponse, { maxRequestBytes: 5, delivery: 'turn' })
    expect(allowed.readRequest().transport.delivery).toBe('turn')
    expect(new HttpWire(nodeResponse).readRequest().hasBody).toBe(true)
  })

  it('waits for its turn behind an earlier request of the connection', async () => {
    const { client, next } = await setUp()
    client.get('/one')
    client.get('/two')
    const [one, two] = [new HttpWire(await next()), new HttpWire(await next())]
    expect([one.isNext, two.isNext]).toEqual([true, false])
    expect(() => two.toSink({ frame: () => length, write: () => {} })).toThrow(LifecycleError)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    two.whenNext(() => resolve(two.isNext))
    one.sendPlain('one', true)
    expect(await promise).toBe(true)
    two.sendPlain('two', true)
    expect([(await client.reply()).text, (await client.reply()).text]).toEqual(['one', 'two'])
  })
})

describe('HttpWire.writeHead', () => {
  it('writes status, reason and fields, each as it is', async () => {
    const { wire, client } = await open()
    const fields = ['X-A', 'caf\u00e9', 'x-a', '2', 'content-length', '4']
    wire.writeHead(toHead({ status: 201, reason: 'M\u00e4de', fields }))
    await end(wire)
    const head = await client.until('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1.1 201 M\u00e4de\r\nX-A: caf\u00e9\r\nx-a: 2\r\ncontent-length: 4\r\n/)
  })

  it('G12: refuses a field that a head cannot have, with nothing sent', async () => {
    const { wire, client, nodeResponse } = await open()
    expect(() => wire.writeHead(toHead({ fields: ['x-a', '1\r\nx-b: 2'] }))).toThrow(TypeError)
    expect(nodeResponse.headersSent).toBe(false)
    wire.destroy()
    expect((await client.toEnd()).text).toBe('')
  })

  it.each([
    [true, 'keep-alive'],
    [false, 'close'],
  ])('says what becomes of the connection (stays: %s)', async (stays, connection) => {
    const { wire, client } = await open()
    wire.writeHead(toHead({ stays }))
    await end(wire)
    const { headers } = await client.reply()
    expect(headers.get('connection')).toBe(connection)
    if (!stays) expect((await client.toEnd()).how).toBe('end')
  })

  it.each<[string, Framing, string, string | undefined]>([
    ['keep-alive', length, 'Connection: Keep-Alive\r\n', 'keep-alive'],
    ['a list with keep-alive', length, 'Connection: x, keep-alive\r\n', 'keep-alive'],
    ['nothing', length, '', 'close'],
    ['something else', length, 'Connection: not-keep-alive\r\n', 'close'],
    ['keep-alive, without a length', { kind: 'close' }, 'Connection: keep-alive\r\n', 'close'],
  ])('G8: keeps the connection of HTTP/1.0 as it asks: %s', async (_, framing, field, connection) => {
    const { wire, client } = await open(`GET / HTTP/1.0\r\n${field}\r\n`)
    const fields = framing.kind === 'length' ? ['content-length', '4'] : []
    wire.writeHead(toHead({ framing, fields }))
    await end(wire)
    const { headers, text } = await client.reply()
    expect([headers.get('connection'), text, headers.has('transfer-encoding')]).toEqual([
      connection,
      'body',
      false,
    ])
  })

  it('G8: sends no chunks where the body ends by closing', async () => {
    const { wire, client } = await open()
    wire.writeHead(toHead({ framing: { kind: 'close' }, fields: [], stays: false }))
    await end(wire)
    expect(await client.reply()).toMatchObject({ framing: 'close', text: 'body' })
  })

  it('ends a connection that is being closed with its last reply', async () => {
    const { wire, client, connection, live } = await openLive()
    const drained = connection.drain()
    wire.writeHead(toHead())
    await end(wire)
    wire.close(live)
    await drained
    expect((await client.reply()).headers.get('connection')).toBe('close')
    expect((await client.toEnd()).how).toBe('end')
  })

  it.each<[string, Partial<Head>]>([
    ['a reply that does not stay', { stays: false }],
    ['a body that ends by closing', { framing: { kind: 'close' }, fields: [], stays: false }],
  ])('G13: takes no request behind %s', async (_, head) => {
    const { wire, connection } = await openLive()
    expect(connection.isRefusing).toBe(false)
    wire.writeHead(toHead(head))
    expect(connection.isRefusing).toBe(true)
  })

  it('G13: leaves the end of the connection to the last that was begun, and takes none behind it', async () => {
    const { wire, next, client, connection, live } = await openLive()
    client.get('/two')
    const two = new HttpWire(await next(), undefined, connection)
    const other: Live = { abort: vi.fn<Live['abort']>() }
    two.open(other)
    wire.writeHead(toHead({ stays: false }))
    expect(connection.isRefusing).toBe(true)
    await end(wire, 'one.')
    wire.close(live)
    two.sendPlain('two', true)
    two.close(other)
    const replies = [await client.reply(), await client.reply()]
    expect(replies.map(({ text, headers }) => [text, headers.get('connection')])).toEqual([
      ['one.', 'keep-alive'],
      ['two', 'close'],
    ])
    expect((await client.toEnd()).how).toBe('end')
  })

  it('ends the connection where too many are idle', async () => {
    const { wire, client } = await openLive(new IdleCount(0))
    wire.sendPlain('text', true)
    expect((await client.reply()).headers.get('connection')).toBe('close')
  })
})

describe('HttpWire, which sends', () => {
  it('ends a reply with its body, and calls back when it has left', async () => {
    const { wire, client } = await open()
    wire.writeHead(toHead())
    await end(wire)
    expect(await client.reply()).toMatchObject({ status: 200, text: 'body', isComplete: true })
  })

  it('knows at once that a plain reply has left', async () => {
    const { client, wire } = await open()
    const sent = vi.fn<() => void>()
    expect(wire.isHeld).toBe(true)
    wire.sendPlain('body', true)
    expect(wire.isHeld).toBe(false)
    wire.whenSent(sent)
    expect(sent).toHaveBeenCalledTimes(1)
    expect(await client.reply()).toMatchObject({ text: 'body' })
  })

  it('holds a plain reply that the client does not take, and tells when it has left', async () => {
    const { client, wire } = await open()
    client.pause()
    wire.sendPlain('x'.repeat(1 << 25), true)
    expect(wire.isHeld).toBe(true)
    const left = new Promise<void>((resolve) => wire.whenSent(resolve))
    client.resume()
    await left
    expect(wire.isHeld).toBe(false)
  })

  it('holds a plain reply that waits for its turn', async () => {
    const { next, wire: first } = await open(
      'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n',
    )
    const second = new HttpWire(await next())
    second.sendPlain('two', true)
    expect(second.isHeld).toBe(true)
    const left = new Promise<void>((resolve) => second.whenSent(resolve))
    first.sendPlain('one', true)
    await left
    expect(second.isHeld).toBe(false)
  })

  it.each(['errored', 'destroyed'] as const)(
    'G10: says of no reply that it has left whose socket is %s',
    async (state) => {
      const { nodeResponse, wire } = await open()
      const sent = vi.fn<() => void>()
      wire.sendPlain('body', true)
      vi.spyOn(nodeResponse.req.socket, state, 'get').mockReturnValue(
        state === 'errored' ? new Error('EPIPE') : true,
      )
      wire.whenSent(sent)
      expect(sent).not.toHaveBeenCalled()
      vi.restoreAllMocks()
    },
  )

  it('ends a reply that has no body', async () => {
    const { wire, client } = await open()
    wire.writeHead(toHead({ status: 204, fields: [], framing: { kind: 'none' } }))
    const { promise, resolve } = Promise.withResolvers<void>()
    wire.end(undefined, resolve)
    await promise
    expect(await client.reply()).toMatchObject({ status: 204, text: '', isComplete: true })
  })

  it.each([
    [true, 'keep-alive'],
    [false, 'close'],
  ])('sends plain text, and says what becomes of the connection (stays: %s)', async (stays, connection) => {
    const { wire, client } = await open()
    wire.sendPlain('caf\u00e9', stays)
    const { headers, text } = await client.reply()
    expect([headers.get('connection'), text]).toEqual([connection, 'caf\u00e9'])
  })

  it('gives a sink whose head is written when it is committed', async () => {
    const { wire, client } = await open()
    const framing: Framing = { kind: 'chunked' }
    const fields = ['transfer-encoding', 'chunked']
    const sink = wire.toSink({
      frame: () => framing,
      write: () => wire.writeHead(toHead({ framing, fields })),
    })
    sink.commit(sink.frame({ content: 'text', bytes: 1 }))
    sink.write(Buffer.from('1\r\na\r\n'))
    await client.untilChunk('a')
    sink.end([], [], () => {})
    await client.until('0\r\n\r\n')
  })

  it('breaks the connection off, as an end or as a reset', async () => {
    for (const [how, breakOff] of [
      ['end', (wire: HttpWire) => wire.destroy()],
      ['reset', (wire: HttpWire) => wire.reset()],
    ] as const) {
      const { wire, client } = await open()
      breakOff(wire)
      expect(await client.toEnd()).toEqual({ text: '', how })
    }
  })
})

describe('HttpWire and its connection', () => {
  it('G10: has the reply told when the client leaves, until it is closed', async () => {
    const { client, live, nodeResponse } = await openLive()
    const { promise, resolve } = Promise.withResolvers<void>()
    live.abort = vi.fn(() => resolve())
    client.leave()
    await promise
    expect(nodeResponse.req.socket.readableEnded || nodeResponse.req.socket.destroyed).toBe(true)
  })

  it('does not have it told after it was closed', async () => {
    const { wire, client, live, nodeResponse } = await openLive()
    wire.close(live)
    const { promise, resolve } = Promise.withResolvers<void>()
    nodeResponse.req.socket.on('close', () => resolve())
    client.leave()
    await promise
    expect(live.abort).not.toHaveBeenCalled()
  })

  it('G4: is not ended by its connection where it is about to be reset', async () => {
    const { wire, client, connection, live, nodeResponse } = await openLive()
    const { socket } = nodeResponse.req
    const drained = connection.drain()
    resetting.add(socket)
    wire.close(live)
    await drained
    expect([socket.writableEnded, socket.destroyed]).toEqual([false, false])
    wire.reset()
    expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
  })

  it('needs no connection: then nobody is told', async () => {
    const { wire, client } = await open()
    const live: Live = { abort: vi.fn<Live['abort']>() }
    wire.open(live)
    wire.sendPlain('text', true)
    wire.close(live)
    expect((await client.reply()).text).toBe('text')
    expect(live.abort).not.toHaveBeenCalled()
  })
})
