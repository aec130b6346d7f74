// What is known to have brought down servers of HTTP/2, frame by frame, on a port that speaks it without TLS.
import { describe, expect, it } from 'vitest'
import { encodeFields } from '../support/encode-fields.ts'
import { formatFrame, frameFlags, frameTypes, toUInt32 } from '../support/http2-frame.ts'
import { FaultServer } from './fault-server.ts'
import { Http2Attacker, toPost, toRequest, toRequestFields, toSettings } from './http2-attacker.ts'

const MiB = 1024 * 1024

/** Memory that a server may use at any time during an attack, more than when it is at rest. */
const ROOM = 100 * MiB

const NONE: Buffer = Buffer.alloc(0)
const frame = (type: number, stream: number, payload: Buffer = NONE, flags = 0): Buffer =>
  formatFrame({ type, flags, stream, payload })

const streams = (count: number): number[] => Array.from({ length: count }, (_, index) => 2 * index + 1)

const resets = (path: string, count: number): Buffer =>
  Buffer.concat(
    streams(count).flatMap((id) => [toRequest(id, path), frame(frameTypes.resetStream, id, toUInt32(8))]),
  )

// RFC 7541 §6.2.1, §6.1: a field that goes into the dynamic table, and one byte that stands for it.
const remembered = (name: string, value: string): Buffer => {
  const [literal = 0, ...rest] = encodeFields([[name, value]])
  return Buffer.of(literal | 0x40, ...rest)
}
const FIRST_OF_TABLE = 0x80 | 62

function bomb(stream: number): Buffer {
  const start = Buffer.concat([encodeFields(toRequestFields('/')), remembered('x', 'y'.repeat(3900))])
  const payload = Buffer.concat([start, Buffer.alloc(16_000 - start.length, FIRST_OF_TABLE)])
  return frame(frameTypes.headers, stream, payload, frameFlags.endHeaders | frameFlags.endStream)
}

interface Flood {
  readonly name: string
  /** Sent first. */
  readonly start?: Buffer
  /** Sent again and again. */
  readonly bytes: Buffer
  readonly times: number
  /** On so many connections at once; one unless told. */
  readonly connections?: number
  /** How many requests of a connection the server must have refused: it has taken all of them. */
  readonly refused?: number
  /** True where the connection must have been ended by the server. */
  readonly isEnded: boolean
}

const floods: readonly Flood[] = [
  {
    name: 'heads that go on and on: 10,000 CONTINUATION frames of 1 kB',
    start: frame(frameTypes.headers, 1, encodeFields(toRequestFields('/'))),
    bytes: frame(frameTypes.continuation, 1, encodeFields([['x', 'y'.repeat(1000)]])),
    times: 10_000,
    isEnded: true,
  },
  {
    name: '100,000 empty CONTINUATION frames',
    start: frame(frameTypes.headers, 1, encodeFields(toRequestFields('/'))),
    bytes: Buffer.concat(Array.from({ length: 100 }, () => frame(frameTypes.continuation, 1))),
    times: 1000,
    isEnded: true,
  },
  {
    name: '200,000 SETTINGS frames whose acknowledgements are not read',
    bytes: Buffer.concat(Array.from({ length: 100 }, () => toSettings([[4, 65_535]]))),
    times: 2000,
    isEnded: true,
  },
  {
    name: '500,000 PING frames whose answers are not read',
    bytes: Buffer.concat(Array.from({ length: 100 }, () => frame(frameTypes.ping, 0, Buffer.alloc(8)))),
    times: 5000,
    isEnded: true,
  },
  {
    name: '100,000 empty DATA frames',
    start: toPost(1, '/length'),
    bytes: Buffer.concat(Array.from({ length: 100 }, () => frame(frameTypes.data, 1))),
    times: 1000,
    isEnded: true,
  },
  {
    name: '100,000 DATA frames that are all padding',
    start: toPost(1, '/length'),
    bytes: frame(frameTypes.data, 1, Buffer.from([255, ...Buffer.alloc(255)]), frameFlags.padded),
    times: 100_000,
    isEnded: false,
  },
  {
    name: '500,000 PRIORITY frames',
    bytes: Buffer.concat(Array.from({ length: 100 }, () => frame(2, 1, Buffer.alloc(5, 3)))),
    times: 5000,
    isEnded: false,
  },
  {
    name: '500,000 WINDOW_UPDATE frames',
    start: toRequest(1, '/parked'),
    bytes: Buffer.concat(Array.from({ length: 100 }, () => frame(frameTypes.windowUpdate, 0, toUInt32(1)))),
    times: 5000,
    isEnded: false,
  },
  {
    name: '500,000 frames of a type that there is not',
    bytes: Buffer.concat(Array.from({ length: 100 }, () => frame(0xbb, 0, Buffer.alloc(8)))),
    times: 5000,
    isEnded: false,
  },
  {
    name: '1,000 heads, each of 16 kB that stand for 47 MB',
    bytes: Buffer.concat(streams(20).map((id) => bomb(id))),
    times: 1,
    connections: 50,
    refused: 20,
    isEnded: false,
  },
  {
    name: 'a frame of 16 MB',
    bytes: Buffer.concat([Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1]), Buffer.alloc(100_000)]),
    times: 160,
    isEnded: true,
  },
  {
    name: '1,000 requests that the server is made to reset (a WINDOW_UPDATE of 0)',
    bytes: Buffer.concat(
      streams(1000).flatMap((id) => [
        toRequest(id, '/parked'),
        frame(frameTypes.windowUpdate, id, toUInt32(0)),
      ]),
    ),
    times: 1,
    isEnded: false,
  },
]

describe.each(['inline', 'thread'])('G13: hostile clients of HTTP/2, %s', (transmitter) => {
  const open = (options = {}): Promise<FaultServer> =>
    FaultServer.open({ transmitter, h2c: true, ...options })

  it.each(['/', '/pending', '/parked', '/endless'])(
    '1,000 rapid resets of %s: everything is back',
    async (path) => {
      const server = await open()
      await server.withstands(async () => {
        for (let connection = 0; connection < 5; connection++) {
          const attacker = new Http2Attacker(server.connect())
          await attacker.pour(resets(path, 1000), 1)
          await attacker.over()
        }
      })
    },
  )

  it.each(floods)('$name: everything is back', async (flood) => {
    const { start = NONE, bytes, times, connections = 1, refused = 0, isEnded } = flood
    const server = await open()
    const before = await server.stock({ collects: true })
    await server.withstands(async () => {
      const attackers = Array.from({ length: connections }, () => new Http2Attacker(server.connect()))
      for (const attacker of attackers) {
        attacker.send(start)
        attacker.socket.pause()
      }
      await Promise.all(attackers.map((attacker) => attacker.pour(bytes, times)))
      await server.answers()
      const { memory } = await server.stock({ collects: true })
      expect(memory).toBeLessThan(before.memory + ROOM)
      for (const attacker of attackers) {
        attacker.socket.resume()
        await attacker.received(frameTypes.resetStream, refused)
        expect(attacker.counts.get(frameTypes.resetStream) ?? 0).toBeGreaterThanOrEqual(refused)
      }
      if (isEnded) await Promise.all(attackers.map((attacker) => attacker.over()))
    })
  })

  it('2,000 requests at once that do not end: 100 of them are taken', async () => {
    const server = await open()
    await server.withstands(async () => {
      const attacker = new Http2Attacker(server.connect())
      await attacker.pour(Buffer.concat(streams(2000).map((id) => toRequest(id, '/parked'))), 1)
      const { sources } = await server.until(({ sources: live }) => live >= 100 || attacker.isOver)
      expect(sources).toBeLessThanOrEqual(100)
    })
  })

  it('windows of zero: no block is asked for, and whoever leaves them so is cut off', async () => {
    const server = await open({ minRate: { bytes: 1000, within: 400 } })
    await server.withstands(async () => {
      const attacker = new Http2Attacker(server.connect(), [[4, 0]])
      attacker.send(Buffer.concat(streams(100).map((id) => toRequest(id, '/endless'))))
      await server.until(({ awaited }) => awaited > 0)
      await server.until(({ sources }) => sources === 0)
    })
  })

  it('a window that grows by a byte at a time: whoever reads like this is cut off', async () => {
    const server = await open({ minRate: { bytes: 100_000, within: 400 } })
    await server.withstands(async () => {
      const attacker = new Http2Attacker(server.connect(), [[4, 1]])
      attacker.send(toRequest(1, '/endless'))
      const more = frame(frameTypes.windowUpdate, 1, toUInt32(1))
      attacker.socket.on('data', () => attacker.send(more))
      await attacker.received(frameTypes.data, 5)
      await server.until(({ sources }) => sources === 0)
    })
  })

  it.each([
    ['before the head', '/pending'],
    ['between two blocks', '/parked'],
    ['in mid-block', '/huge'],
    ['while the reply waits for it', '/endless'],
  ])('connections that break off %s: everything is back', async (_, path) => {
    const server = await open()
    await server.withstands(async () => {
      const attackers = Array.from({ length: 5 }, () => new Http2Attacker(server.connect()))
      for (const { socket } of attackers)
        socket.write(Buffer.concat(streams(20).map((id) => toRequest(id, path))))
      await server.until(({ handlers, sources }) => handlers + sources === 100)
      return () => {
        for (const { socket } of attackers) socket.resetAndDestroy()
      }
    })
  })
})
