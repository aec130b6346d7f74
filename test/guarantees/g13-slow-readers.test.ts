// By hand, with WAYS=all: readers of 64 kB a second under the default `minRate`, and readers that stall or trickle. What the
// guard counts is what the operating system takes, 1.5 MB at a time, so nothing but real time shows it.
import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setInterval } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stream } from 'millrace'
import { type Outcome, TooSlow } from 'millrace/delivery'
import { encodeFields } from '../support/encode-fields.ts'
import {
  formatFrame,
  frameFlags,
  FrameReader,
  frameTypes,
  preface,
  toContent,
  toUInt32,
} from '../support/http2-frame.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

const RATE = 64_000
const SECONDS = 90

// More than the buffers of both sides take, so that the server holds bytes for as long as it is read slowly.
const BLOCK = 16_384
const BLOCKS = 2000

const toBlock = (index: number) => Buffer.alloc(BLOCK, `${index},`)

/** How many blocks were asked for so far, and the route that gives them. */
function createSource() {
  const source = {
    asked: 0,
    route: () => stream(blocks, { headers: { 'content-length': `${BLOCK * BLOCKS}` } }),
  }
  function* blocks() {
    for (let index = 0; index < BLOCKS; index++) {
      source.asked++
      yield toBlock(index)
    }
  }
  return source
}

function hashOfAll(): string {
  const hash = createHash('sha256')
  for (let index = 0; index < BLOCKS; index++) hash.update(toBlock(index))
  return hash.digest('hex')
}

/** What comes at this rate for so long, and then as it comes; `slowly` is called in between. */
async function* readSlowly(socket: Socket, slowly: () => void): AsyncGenerator<Buffer> {
  const start = performance.now()
  let taken = 0
  for await (const _ of setInterval(100)) {
    const seconds = (performance.now() - start) / 1000
    if (seconds > SECONDS || socket.destroyed) break
    const size = Math.min(Math.floor(RATE * seconds) - taken, socket.readableLength)
    const bytes: unknown = socket.read(size)
    if (!Buffer.isBuffer(bytes)) continue
    taken += bytes.length
    yield bytes
  }
  slowly()
  for await (const bytes of socket) yield bytes
}

/** The body of a reply of HTTP/1.1. */
async function* readHttp1(socket: Socket, slowly: () => void): AsyncGenerator<Buffer> {
  socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n')
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const bytes of readSlowly(socket, slowly)) {
    if (!head) yield bytes
    else {
      head = Buffer.concat([head, bytes])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) continue
      yield head.subarray(end + 4)
      head = undefined
    }
  }
}

/** The body of a reply of HTTP/2 without TLS, to a client that opens its windows by what it has read. */
async function* readHttp2(socket: Socket, slowly: () => void): AsyncGenerator<Buffer> {
  const write = (type: number, id: number, payload: Buffer, flags = 0) =>
    void socket.write(formatFrame({ type, flags, stream: id, payload }))
  const fields = Object.entries({ ':method': 'GET', ':scheme': 'http', ':authority': 'test', ':path': '/' })
  socket.write(preface)
  write(frameTypes.settings, 0, Buffer.alloc(0))
  write(frameTypes.headers, 1, encodeFields(fields), frameFlags.endHeaders | frameFlags.endStream)
  const reader = new FrameReader()
  for await (const bytes of readSlowly(socket, slowly)) {
    for (const frame of reader.push(bytes)) {
      if (frame.type === frameTypes.settings && (frame.flags & frameFlags.ack) === 0)
        write(frameTypes.settings, 0, Buffer.alloc(0), frameFlags.ack)
      if (frame.type !== frameTypes.data) continue
      yield toContent(frame)
      const { length } = frame.payload
      if (length > 0) for (const id of [0, 1]) write(frameTypes.windowUpdate, id, toUInt32(length))
      if ((frame.flags & frameFlags.endStream) !== 0) return
    }
  }
}

describe.runIf(process.env['WAYS'] === 'all').concurrent.each([
  ['HTTP/1.1', 'inline'],
  ['HTTP/1.1', 'thread'],
  ['h2c', 'inline'],
  ['h2c', 'thread'],
] as const)('G13: a slow reader, %s, %s', (protocol, transmitter) => {
  it(`G13: gets all of it at ${RATE} bytes a second`, { timeout: (SECONDS + 60) * 1000 }, async () => {
    const source = createSource()
    await using server = await openTestServer({ transmitter, routes: { '/': source.route } }, protocol)
    const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true })
    onTestFinished(() => void socket.destroy())
    // A reset is met by the next reading.
    socket.on('error', () => {})
    let askedSlowly = 0
    const slowly = () => void (askedSlowly = source.asked)
    const hash = createHash('sha256')
    let bytes = 0
    for await (const part of (protocol === 'h2c' ? readHttp2 : readHttp1)(socket, slowly)) {
      hash.update(part)
      bytes += part.length
    }
    expect([bytes, hash.digest('hex')]).toEqual([BLOCK * BLOCKS, hashOfAll()])
    // There was always something to read, and the guard had something to look at.
    expect(askedSlowly).toBeGreaterThan((RATE * SECONDS) / BLOCK)
    expect(askedSlowly).toBeLessThan(BLOCKS)
    expect(server.reported).toEqual([])
  })
})

// The window of the default `minRate`; a cut may be late by a twentieth of it, and here by what else the machine does.
const WITHIN = 27_000
const ROOM = 15_000

// Half of what the default `minRate` asks for.
const TRICKLE = 500

/** Reads so much a second of a reply of HTTP/1.1; stops when it is called. */
function trickle({ port }: TestServer): () => void {
  const onread = { buffer: Buffer.alloc(TRICKLE), callback: () => false }
  const socket = connect({ port, host: '127.0.0.1', onread })
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  const timer = globalThis.setInterval(() => socket.resume(), 1000)
  return () => {
    clearInterval(timer)
    socket.destroy()
  }
}

/** Opens its window by so much a second for a reply of HTTP/2. */
function trickleWindow(server: TestServer): () => void {
  const client = server.http2Client()
  client.holdWindows()
  client.get('/')
  const timer = globalThis.setInterval(() => client.grant(TRICKLE), 1000)
  return () => clearInterval(timer)
}

/** Asks and reads nothing. */
function stall(server: TestServer): () => void {
  const client = server.client()
  client.pause()
  client.get('/')
  return () => client.leave()
}

describe.runIf(process.env['WAYS'] === 'all').concurrent.each([
  ['HTTP/1.1', 'inline', 'stalls', stall],
  ['HTTP/1.1', 'inline', 'trickles', trickle],
  ['HTTP/1.1', 'thread', 'stalls', stall],
  ['HTTP/1.1', 'thread', 'trickles', trickle],
  ['h2c', 'inline', 'stalls', stall],
  ['h2c', 'inline', 'trickles', trickleWindow],
  ['h2c', 'thread', 'stalls', stall],
  ['h2c', 'thread', 'trickles', trickleWindow],
] as const)('G13: a reader of %s, %s', (protocol, transmitter, does, read) => {
  it(`G13: has gone by itself when it ${does}, with the defaults`, { timeout: 60_000 }, async () => {
    const over = Promise.withResolvers<Outcome>()
    let closed = 0
    function* blocks() {
      try {
        for (;;) yield toBlock(0)
      } finally {
        closed++
      }
    }
    const routes = { '/': () => stream(blocks, { onClose: over.resolve }) }
    await using server = await openTestServer({ transmitter, routes }, protocol)
    const start = performance.now()
    const stop = read(server)
    const { kind, error } = await over.promise
    const took = performance.now() - start
    stop()
    expect([kind, error instanceof TooSlow, closed]).toEqual(['client-gone', true, 1])
    // Each of its looks may be a millisecond early.
    expect(took).toBeGreaterThan(WITHIN - 100)
    expect(took).toBeLessThan(WITHIN + ROOM)
    expect(server.reported).toEqual([])
  })
})
