import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { type Block, push, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { STREAM_WINDOW } from '../support/http2-client.ts'
import { Moments } from '../support/moments.ts'
import type { TestServer } from '../support/test-server.ts'

const MIB = 1 << 20

// What the kernel takes for a client that does not read; above it, the server would have to hold bytes itself.
const KERNEL_LIMIT = 32 * MIB

// What node:http2 takes of a stream whose window is shut, before it says so.
const SESSION_LIMIT = 65_536

// What the ring takes of one reply.
const CREDIT = 262_144

// What one reply may hold besides one block: a few slabs of 32 KiB with their framing.
const HELD_LIMIT = 4 * 32_768 + 1024

/** The sockets of HTTP/1 requests since: what they hold is what the process holds. */
class Asked {
  readonly sockets = new Set<Socket>()
  readonly #listener = (message: unknown): void => {
    const { socket } = Object(message)
    this.sockets.add(socket)
  }

  constructor() {
    subscribe('http.server.request.start', this.#listener)
  }

  get held(): number {
    return [...this.sockets].reduce((sum, socket) => sum + socket.writableLength, 0)
  }

  [Symbol.dispose](): void {
    unsubscribe('http.server.request.start', this.#listener)
  }
}

// The kernel may take a little more after it was full: the source is at rest when other replies come and go
// without one more block being asked for.
async function untilAtRest(server: TestServer, moments: Moments, asked: () => number): Promise<void> {
  await moments.when('millrace:client-awaited')
  for (let before = -1; before !== asked();) {
    before = asked()
    const other = server.client()
    for (let index = 0; index < 25; index++) {
      other.get('/other')
      await other.reply()
    }
    other.leave()
  }
}

const shapes: readonly { name: string; size: number; make: (index: number) => Block; total: number }[] = [
  { name: '64 KiB of bytes', size: 65_536, make: (index) => Buffer.alloc(65_536, index), total: 480 },
  {
    name: '1 KiB of text',
    size: 1024,
    make: (index) => `${index}`.padEnd(1024, '·').slice(0, 1024),
    total: 16_000,
  },
  {
    name: 'a list',
    size: 40_000,
    make: (index) => ['a'.repeat(20_000), [Buffer.alloc(20_000, index)]],
    total: 700,
  },
]

function toBytes(block: Block): Buffer {
  if (typeof block === 'string') return Buffer.from(block)
  if (Array.isArray(block)) return Buffer.concat(block.map(toBytes))
  return block instanceof Uint8Array ? Buffer.from(block) : Buffer.alloc(0)
}

eachDelivery('G2', (open, { isHttp1, options }) => {
  const isThread = options.transmitter === 'thread'
  // What is on its way from one thread to the other is held, too.
  const heldBehind = SESSION_LIMIT + (isThread ? CREDIT : 0)

  it.each(shapes)(
    'G2: a source of $name rests while the client does not read, then goes on [GAP-010, CPY-020]',
    async (shape) => {
      using moments = new Moments()
      using requests = new Asked()
      let asked = 0
      function* blocks(): Generator<Block> {
        while (asked < shape.total) yield shape.make(asked++)
      }
      await using server = await open({ routes: { '/': () => stream(blocks), '/other': () => 'other' } })
      const client = server.client()
      client.pause()
      client.get('/')
      await untilAtRest(server, moments, () => asked)
      expect(asked).toBeLessThan(shape.total)
      expect(asked * shape.size).toBeLessThan(KERNEL_LIMIT)
      expect(requests.held).toBeLessThan(shape.size + HELD_LIMIT)
      if (isHttp1) expect(requests.sockets.size > 0).toBe(!isThread)
      else expect(asked * shape.size).toBeLessThan(STREAM_WINDOW + 2 * shape.size + HELD_LIMIT + heldBehind)
      client.resume()
      const { body, isComplete } = await client.reply()
      const sent = Buffer.concat(
        Array.from({ length: shape.total }, (_, index) => toBytes(shape.make(index))),
      )
      expect(isComplete).toBe(true)
      expect(body.equals(sent)).toBe(true)
      expect(moments.count('millrace:client-resumed')).toBeGreaterThan(0)
    },
  )

  it('G2: an async source is not asked while the client does not read', async () => {
    using moments = new Moments()
    let asked = 0
    async function* blocks(): AsyncGenerator<Block> {
      for (; asked < 480; asked++) yield Buffer.alloc(65_536, asked)
    }
    await using server = await open({ routes: { '/': () => stream(blocks), '/other': () => 'other' } })
    const client = server.client()
    client.pause()
    client.get('/')
    await untilAtRest(server, moments, () => asked)
    expect(asked).toBeLessThan(480)
    client.resume()
    expect((await client.reply()).body).toHaveLength(480 * 65_536)
  })

  it('G2: write() does not resolve while the client does not read', async () => {
    using moments = new Moments()
    let written = 0
    await using server = await open({
      routes: {
        '/': () =>
          push(async (out) => {
            for (; written < 480; written++) await out.write(Buffer.alloc(65_536, written))
          }),
        '/other': () => 'other',
      },
    })
    const client = server.client()
    client.pause()
    client.get('/')
    await untilAtRest(server, moments, () => written)
    expect(written).toBeLessThan(480)
    client.resume()
    expect((await client.reply()).body).toHaveLength(480 * 65_536)
  })

  it('G2: one reply that waits for its client does not stop the others', async () => {
    using moments = new Moments()
    function* endless(): Generator<Block> {
      for (;;) yield Buffer.alloc(65_536)
    }
    await using server = await open({ routes: { '/': () => stream(endless), '/other': () => 'other' } })
    const stalled = server.client()
    stalled.pause()
    stalled.get('/')
    await moments.when('millrace:client-awaited')
    const other = server.client()
    other.get('/other')
    expect((await other.reply()).text).toBe('other')
  })
})

eachDelivery(
  'G2 on one connection',
  (open) => {
    it('G2: a reply whose window is shut does not stop the others', async () => {
      using moments = new Moments()
      let asked = 0
      function* endless(): Generator<Block> {
        for (; ; asked++) yield Buffer.alloc(65_536)
      }
      await using server = await open({ routes: { '/': () => stream(endless), '/other': () => 'other' } })
      const client = server.http2Client()
      client.holdWindows()
      client.get('/')
      await moments.when('millrace:client-awaited')
      client.skip()
      for (let before = -1; before !== asked;) {
        before = asked
        for (let index = 0; index < 25; index++) {
          client.get('/other')
          client.skip()
          expect((await client.reply()).text).toBe('other')
        }
      }
      expect(asked * 65_536).toBeLessThan(KERNEL_LIMIT)
      expect(client.dataBytes).toBeGreaterThanOrEqual(STREAM_WINDOW)
    })
  },
  { protocols: 'http2' },
)
