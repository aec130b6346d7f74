// Compression behind the ring: what only a server with a transmitter thread does. That it does all the rest too is
// proved by the other suites of this folder, which run on every way of delivering.
import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Block, Reply, reply, stream } from 'millrace'
import type { Outcome } from 'millrace/delivery'
import { compress, type Encoding } from 'millrace/middleware'
import type { Middleware } from 'millrace/gateway'
import { mapBlocks } from 'millrace/reply'
import type { ServeOptions } from 'millrace/server'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'
import { DecodingClient, missesCut } from './decoding-client.ts'
import { WatchingDecoder } from './watching-decoder.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']
const headers = { 'content-type': 'text/plain' }
const marks = ['<first>', '<second>', '<third>', '<fourth>']

afterEach(() => void vi.restoreAllMocks())

function open(
  routes: NonNullable<ServeOptions['routes']>,
  options: Partial<ServeOptions> = {},
): Promise<TestServer> {
  return openTestServer({ transmitter: 'thread', use: [compress()], routes, ...options })
}

// The compressors that the application itself opens from here on.
function watchCompressors() {
  const spies = [
    vi.spyOn(zlib, 'createZstdCompress'),
    vi.spyOn(zlib, 'createBrotliCompress'),
    vi.spyOn(zlib, 'createGzip'),
    vi.spyOn(zlib, 'createDeflate'),
  ]
  return () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
}

// What stands in a body that has no end.
function decodeCut(encoding: Encoding, bytes: Uint8Array): string {
  const { constants } = zlib
  switch (encoding) {
    case 'zstd':
      return zlib.zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush }).toString()
    case 'br':
      return zlib.brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }).toString()
    case 'gzip':
      return zlib.gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString()
    case 'deflate':
      return zlib.inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString()
  }
}

async function fetchDecoded(url: string, encoding: Encoding) {
  const client = new DecodingClient(url, encoding)
  const { headers: head } = await client.head()
  return { head, ...(await client.over()) }
}

describe.each(encodings)('compress behind a transmitter, %s', (encoding) => {
  // Asks for a reply whose source blocks the CPU until a client in another thread has decoded its block.
  async function watch(make: (wait: (count: number) => void) => Reply): Promise<boolean[]> {
    const seen: boolean[] = []
    const ended = Promise.withResolvers<void>()
    let wait: (count: number) => void = () => {}
    await using server = await open({
      '/': (context) => {
        context.onClose(() => ended.resolve())
        return make((count) => wait(count))
      },
    })
    await using client = new WatchingDecoder(server.url, encoding, marks)
    wait = (count) => void seen.push(client.blockUntilSeen(count))
    await client.ready()
    client.send()
    await ended.promise
    return seen
  }

  function* busy(wait: (count: number) => void): Generator<Block> {
    yield '<first>'
    wait(1)
    yield Buffer.from('<second>')
    wait(2)
    yield [['<thi'], 'rd>']
    wait(3)
    yield `${'x'.repeat(1 << 20)}<fourth>`
    wait(4)
  }

  it('G1: each block is decoded before its sync generator is resumed, whatever that computes', async () => {
    expect(await watch((wait) => stream(() => busy(wait)))).toEqual([true, true, true, true])
  })

  it('G1: each block is decoded before its async generator is resumed, whatever that computes', async () => {
    const source = async function* (wait: (count: number) => void) {
      yield* busy(wait)
    }
    expect(await watch((wait) => stream(() => source(wait), { headers }))).toEqual([true, true, true, true])
  })

  it('the application opens no compressor, and the outcome has the bytes that were sent', async () => {
    const count = watchCompressors()
    const outcomes: Outcome[] = []
    const onClose = (outcome: Outcome) => void outcomes.push(outcome)
    const heartbeat = { every: 2, block: '<beat>' }
    const gate = new Gate()
    await using server = await open({
      '/typed': () => stream(['a'.repeat(5000), 'b'], { headers, onClose }),
      '/untyped': () => stream(['ä'.repeat(5000), Buffer.from('b')], { onClose }),
      '/beats': () => stream(gate, { headers, heartbeat, onClose }),
    })
    for (const path of ['/typed', '/untyped']) {
      const client = new DecodingClient(server.url + path, encoding)
      expect((await client.head()).headers['content-encoding']).toBe(encoding)
      expect(await client.over()).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
      await vi.waitFor(() => expect(outcomes).toHaveLength(1))
      expect(outcomes.shift()).toEqual({ kind: 'complete', bytes: client.plain.length, blocks: 2 })
    }
    const client = new DecodingClient(`${server.url}/beats`, encoding)
    gate.open('one')
    await client.untilEnding('<beat><beat><beat>')
    gate.end()
    expect(await client.over()).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
    await vi.waitFor(() => expect(outcomes).toHaveLength(1))
    expect(outcomes).toEqual([{ kind: 'complete', bytes: client.plain.length, blocks: 1 }])
    expect(count()).toBe(0)
  })

  it('G4: a large body that fails at once arrives as far as it was given, and never looks whole', async () => {
    const text = randomBytes(150_000).toString('hex')
    // oxlint-disable-next-line require-yield -- both of its blocks are there
    const failing = function* () {
      yield text
      throw new Error('no')
    }
    await using server = await open({
      '/': () => stream(failing, { headers, onError: () => '<failed>' }),
    })
    const client = new DecodingClient(server.url, encoding)
    const { isEncodingWhole, isMessageWhole } = await client.over()
    expect([isEncodingWhole, isMessageWhole]).toEqual([missesCut(encoding), false])
    // What came, by itself: the client's decoder gives up what it has not given yet.
    expect(decodeCut(encoding, client.plain) === `${text}<failed>`).toBe(true)
  })

  it('many replies at the same time read back equal, whatever their blocks are', async () => {
    const bodies = Array.from({ length: 24 }, (_, body) =>
      Array.from({ length: 40 }, (_, block) =>
        block % 13 === 12 ? randomBytes(body * 9000) : `${body}-${block};`.repeat(body * block),
      ),
    )
    const later = async function* (blocks: readonly Block[]) {
      for (const [index, block] of blocks.entries()) {
        yield block
        if (index % 5 === 4) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await using server = await open({
      '/:body': ({ params }) => {
        const blocks = bodies[Number(params['body'])] ?? []
        const delivery = Number(params['body']) % 3 === 0 ? 'turn' : 'block'
        return stream(Number(params['body']) % 2 === 0 ? blocks : () => later(blocks), { headers, delivery })
      },
    })
    const all = await Promise.all(bodies.map((_, body) => fetchDecoded(`${server.url}/${body}`, encoding)))
    for (const [body, { bytes, isEncodingWhole, isMessageWhole }] of all.entries()) {
      const expected = Buffer.concat((bodies[body] ?? []).map((block) => Buffer.from(block)))
      expect(bytes.equals(expected)).toBe(true)
      expect([isEncodingWhole || expected.length === 0, isMessageWhole]).toEqual([true, true])
    }
  })
})

describe('compress behind a transmitter', () => {
  it('is done by the application where a middleware further out reads the blocks', async () => {
    const count = watchCompressors()
    const outer: Middleware = (handler) => async (context) => {
      const made = await handler(context)
      return made instanceof Response ? mapBlocks(made, (block) => block) : made
    }
    await using server = await open(
      { '/': () => stream(['one', 'two'], { headers }) },
      { use: [outer, compress()] },
    )
    const { bytes, head } = await fetchDecoded(server.url, 'gzip')
    expect([bytes.toString(), head['content-encoding']]).toEqual(['onetwo', 'gzip'])
    expect(count()).toBe(1)
  })

  it('is done by the application for what is buffered, and by nobody for HEAD', async () => {
    const count = watchCompressors()
    await using server = await open({
      '/buffered': () => reply('a line\n'.repeat(1000), { headers }),
      '/streamed': () => stream(['one'], { headers }),
    })
    const { bytes, head } = await fetchDecoded(`${server.url}/buffered`, 'gzip')
    expect(bytes).toHaveLength(7000)
    expect([head['content-encoding'], Number(head['content-length']) < 200]).toEqual(['gzip', true])
    expect(count()).toBe(1)
    const client = server.client()
    client.request('HEAD', '/streamed', 'Accept-Encoding: gzip')
    const { headers: fields } = await client.reply('HEAD')
    expect([fields.get('content-encoding'), fields.get('vary')]).toEqual(['gzip', 'Accept-Encoding'])
    expect(count()).toBe(1)
  })

  it('bytes of no type stay as they are', async () => {
    await using server = await open({ '/': () => stream([Buffer.from('one'), 'two']) })
    const client = server.client()
    client.get('/', 'Accept-Encoding: gzip')
    const { body, headers: fields } = await client.reply()
    expect([body.toString(), fields.get('content-encoding')]).toEqual(['onetwo', undefined])
    expect(fields.get('vary')).toBe('Accept-Encoding')
  })

  it('G6: a length that is promised too late fails the reply before its head', async () => {
    let made: Reply | undefined
    const late = function* () {
      made?.headers.set('content-length', '4')
      yield 'four'
    }
    const outer: Middleware = (handler) => async (context) => {
      const answer = await handler(context)
      if (answer instanceof Reply) made = answer
      return answer
    }
    await using server = await open({ '/': () => stream(late, { headers }) }, { use: [outer, compress()] })
    const client = server.client()
    client.get('/', 'Accept-Encoding: gzip')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toMatchObject([{ code: 'G6' }])
  })

  it('G2: a source rests while the client does not read, then goes on', async () => {
    using moments = new Moments()
    const total = 700
    const sent = randomBytes(65_536)
    let asked = 0
    const blocks = function* () {
      for (; asked < total; asked++) yield sent
    }
    await using server = await open({ '/': () => stream(blocks, { headers }), '/other': () => 'other' })
    const client = server.client()
    client.pause()
    client.get('/', 'Accept-Encoding: gzip')
    await moments.when('millrace:client-awaited')
    for (let before = -1; before !== asked;) {
      before = asked
      const other = server.client()
      for (let index = 0; index < 25; index++) {
        other.get('/other')
        await other.reply()
      }
      other.leave()
    }
    // What the kernel takes for a client that does not read, and the credit.
    expect(asked * sent.length).toBeLessThan(33 * (1 << 20))
    client.resume()
    const { body, isComplete } = await client.reply()
    expect(isComplete).toBe(true)
    expect(zlib.gunzipSync(body)).toHaveLength(total * sent.length)
    expect(asked).toBe(total)
  })

  it('other replies go on while a large block is compressed', async () => {
    const order: string[] = []
    const large = randomBytes(1 << 20).toString('hex')
    await using server = await open(
      { '/large': () => stream([large], { headers }), '/small': () => stream(['one', 'two'], { headers }) },
      { use: [compress({ levels: { br: 11 } })] },
    )
    const first = new DecodingClient(`${server.url}/large`, 'br')
    const whole = first.over().then(({ bytes }) => {
      order.push('large')
      return bytes
    })
    await first.until(large.slice(0, 10))
    for (let count = 0; count < 5; count++) {
      const { bytes } = await fetchDecoded(`${server.url}/small`, 'gzip')
      expect(bytes.toString()).toBe('onetwo')
      order.push('small')
    }
    expect((await whole).toString() === large).toBe(true)
    expect(order).toEqual(['small', 'small', 'small', 'small', 'small', 'large'])
  }, 30_000)

  it('G2: 1,000 replies that are abandoned in mid-stream leave no memory behind', async () => {
    let over = Promise.withResolvers<void>()
    let closed = 0
    const onClose = () => {
      if (++closed % 50 === 0) over.resolve()
    }
    const endless = async function* ({ signal }: { signal: AbortSignal }) {
      yield 'one'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }
    await using server = await open({ '/': () => stream(endless, { headers, onClose }) })
    const abandon = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        over = Promise.withResolvers()
        const clients = Array.from({ length: 50 }, () => new DecodingClient(server.url, 'gzip'))
        await Promise.all(clients.map((client) => client.until('one')))
        await Promise.all(clients.map((client) => client.leave()))
        await over.promise
      }
    }
    await abandon(4)
    const before = process.memoryUsage.rss()
    await abandon(16)
    // 800 compressors would have more than 200 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6)
  }, 30_000)
})
