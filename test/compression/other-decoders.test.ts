// What is compressed, read by decoders that are not those of Node.js, with which the other suites read what it has encoded.
import fc from 'fast-check'
import { Decompress, gunzipSync, unzlibSync } from 'fflate'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Block, flush, reply, stream } from 'millrace'
import { compress, type Encoding } from 'millrace/middleware'
import { hasBrowser, openBrowser } from '../support/open-browser.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'
import { DecodingClient } from './decoding-client.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
const long = fc.integer({ min: 1, max: 90_000 }).map((size) => 'ß'.repeat(size))
const bytes = fc.uint8Array({ maxLength: 3000 }).map((made) => Buffer.from(made))
const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: long },
  { weight: 3, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant(flush) },
)
const blocks = fc.array(block, { minLength: 1, maxLength: 12 })
const headers = { 'content-type': 'text/plain' }
const transmitters = ['inline', 'thread'] as const

function toBytes(list: readonly Block[]): Buffer {
  return Buffer.concat(list.map((one) => (typeof one === 'string' ? Buffer.from(one) : toPiece(one))))
}

function toPiece(block: Block): Uint8Array {
  return block instanceof Uint8Array ? block : new Uint8Array(0)
}

async function* later(list: readonly Block[]): AsyncGenerator<Block> {
  for (const one of list) {
    await new Promise((resolve) => setImmediate(resolve))
    yield one
  }
}

/** A server of one body at a time, in whichever of the three ways. */
class Bodies {
  readonly server: TestServer
  readonly #told: { blocks: readonly Block[] }

  private constructor(server: TestServer, told: { blocks: readonly Block[] }) {
    this.server = server
    this.#told = told
  }

  static async open(transmitter: 'inline' | 'thread', encoding: Encoding): Promise<Bodies> {
    const told: { blocks: readonly Block[] } = { blocks: [] }
    const server = await openTestServer({
      transmitter,
      use: [compress({ encodings: [encoding], threshold: 0 })],
      routes: {
        '/': () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
        '/now': () => stream(told.blocks.values(), { headers }),
        '/later': () => stream(later(told.blocks), { headers }),
        '/whole': () => reply(told.blocks.values(), { headers }),
      },
    })
    return new Bodies(server, told)
  }

  set blocks(blocks: readonly Block[]) {
    this.#told.blocks = blocks
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

const paths = fc.constantFrom('/now', '/later', '/whole')

describe.each(transmitters)('fflate, %s', (transmitter) => {
  it.each([
    ['gzip', gunzipSync],
    ['deflate', unzlibSync],
  ] as const)('reads back what was compressed in %s, whole and piece by piece', async (encoding, decode) => {
    await using bodies = await Bodies.open(transmitter, encoding)
    let compressed = 0
    const property = async (path: string, list: readonly Block[]) => {
      bodies.blocks = list
      const client = new DecodingClient(bodies.server.at(path), encoding)
      const { headers: head } = await client.head()
      await client.over()
      const expected = toBytes(list)
      if (head['content-encoding'] === undefined) {
        expect(client.plain.equals(expected)).toBe(true)
        return
      }
      compressed++
      expect(expected.equals(decode(client.plain))).toBe(true)
      const pieces: Uint8Array[] = []
      const decoder = new Decompress((piece) => void pieces.push(piece))
      for (let at = 0; at < client.plain.length; at += 1000) {
        decoder.push(client.plain.subarray(at, at + 1000), at + 1000 >= client.plain.length)
      }
      expect(expected.equals(Buffer.concat(pieces))).toBe(true)
    }
    await fc.assert(fc.asyncProperty(paths, blocks, property), { numRuns: 60 })
    expect(compressed).toBeGreaterThan(30)
  })
})

describe.skipIf(!hasBrowser)('fetch() of Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)

  afterAll(() => browser?.close())

  // The bytes as text, which is what a page and its test can tell each other.
  async function fetchIn(page: Page, path: string): Promise<[encoding: string | null, bytes: Buffer]> {
    const script = `(async () => {
      const response = await fetch(${JSON.stringify(path)})
      const bytes = new Uint8Array(await response.arrayBuffer())
      let text = ''
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
      return [response.headers.get('content-encoding'), btoa(text)]
    })()`
    const [encoding, made]: [string | null, string] = await page.evaluate(script)
    return [encoding, Buffer.from(made, 'base64')]
  }

  it.each(
    transmitters.flatMap((transmitter) =>
      (['br', 'zstd', 'gzip'] as const).map((name) => [name, transmitter] as const),
    ),
  )(
    'reads back what was compressed in %s, %s',
    async (encoding, transmitter) => {
      await using bodies = await Bodies.open(transmitter, encoding)
      const page = await browser.newPage()
      await page.goto(bodies.server.url)
      let compressed = 0
      const property = async (path: string, list: readonly Block[]) => {
        bodies.blocks = list
        const [told, received] = await fetchIn(page, path)
        if (told === encoding) compressed++
        expect(received.equals(toBytes(list))).toBe(true)
      }
      await fc.assert(fc.asyncProperty(paths, blocks, property), { numRuns: 30 })
      expect(compressed).toBeGreaterThan(15)
      await page.close()
    },
    60_000,
  )
})
