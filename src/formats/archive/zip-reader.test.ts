import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { flush } from '../../body/block.ts'
import { type Blocks, toBlocks } from '../../body/blocks.ts'
import { ShuttingDown } from '../../delivery/errors.ts'
import { stream } from '../../reply/reply.ts'
import { type ArchiveEntry, checkEntry, type CheckedEntry } from './entries/archive-entry.ts'
import { NestedBodies } from './nested-bodies.ts'
import { ZipReader } from './zip-reader.ts'

function open(entries: unknown): Blocks {
  return toBlocks(
    new ZipReader(
      new NestedBodies<CheckedEntry>(entries, (entry: Partial<ArchiveEntry>, number, blocks) =>
        checkEntry(entry, number, blocks),
      ),
    ),
  )
}

/** The next block, as text; the bytes of an archive are latin1 here. */
async function take(blocks: Blocks): Promise<string> {
  const { value } = await blocks.next()
  return [value]
    .flat()
    .map((piece) => (piece instanceof Uint8Array ? Buffer.from(piece).toString('latin1') : String(piece)))
    .join('')
}

async function takeAll(blocks: Blocks): Promise<{ bytes: Buffer; count: number }> {
  const pieces: Buffer[] = []
  for (let count = 0; ; count++) {
    const { done, value } = await blocks.next()
    if (done) return { bytes: Buffer.concat(pieces), count }
    for (const piece of [value].flat()) if (piece instanceof Uint8Array) pieces.push(Buffer.from(piece))
  }
}

/** The headers of the list at the end of an archive. */
function* headersOf(bytes: Buffer): Generator<{ header: Buffer; extra: Buffer }> {
  const start = bytes.indexOf('PK\x01\x02')
  for (let at = start; at >= 0 && bytes.readUInt32LE(at) === 0x02014b50;) {
    const [name = 0, extra = 0] = [28, 30].map((field) => bytes.readUInt16LE(at + field))
    yield {
      header: bytes.subarray(at, at + 46),
      extra: bytes.subarray(at + 46 + name, at + 46 + name + extra),
    }
    at += 46 + name + extra
  }
}

const isHeadOf =
  (name: string) =>
  (text: string): boolean =>
    text.startsWith('PK\x03\x04') && text.slice(30) === name
const isTail = (text: string): boolean => text.startsWith('PK\x07\x08') && text.length === 16

describe('ZipReader', () => {
  it('G1, G2: asks for the next entry, and for the next block, only when it is asked itself', async () => {
    const log: string[] = []
    const body = function* (name: string) {
      for (const block of ['1', '2']) {
        log.push(`asked for ${name}${block}`)
        yield name + block
      }
      log.push(`end of ${name}`)
    }
    const blocks = open(
      (function* () {
        for (const name of ['a', 'b']) {
          log.push(`asked for ${name}`)
          yield { name, body: body(name) }
        }
      })(),
    )
    const seen: string[] = []
    const step = async (): Promise<string> => {
      const text = await take(blocks)
      // Whatever would like to read ahead gets the time for it.
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(...log.splice(0))
      return text
    }
    expect(await step()).toSatisfy(isHeadOf('a'))
    expect(seen.splice(0)).toEqual(['asked for a'])
    expect(await step()).toBe('a1')
    expect(seen.splice(0)).toEqual(['asked for a1'])
    expect(await step()).toBe('a2')
    expect(seen.splice(0)).toEqual(['asked for a2'])
    expect(await step()).toSatisfy(isTail)
    expect(seen.splice(0)).toEqual(['end of a'])
    expect(await step()).toSatisfy(isHeadOf('b'))
    expect(seen.splice(0)).toEqual(['asked for b'])
    expect(await step()).toBe('b1')
    await blocks.close()
  })

  it('passes flush on, by itself and in a list', async () => {
    const blocks = open([{ name: 'a', body: [flush, ['x', flush], 'y'] }])
    await blocks.next()
    expect((await blocks.next()).value).toEqual([flush])
    expect((await blocks.next()).value).toEqual([Buffer.from('x'), flush])
    expect((await blocks.next()).value).toEqual([Buffer.from('y')])
  })

  it('gives the list at the end in blocks of bounded size', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `${'n'.repeat(50)}${index}`)
    const { bytes, count } = await takeAll(open(names.map((name) => ({ name }))))
    expect(Object.keys(unzipSync(bytes))).toEqual(names)
    // A head and an end for each, and some 340,000 bytes of list.
    expect(count).toBeGreaterThanOrEqual(3000 * 2 + 5)
  })

  it('keeps dates before 1980 and after 2107 in the years that there are', async () => {
    const modified = [new Date(0), new Date('1970-05-05'), new Date('2200-01-01')]
    const entries = modified.map((date, index) => ({ name: String(index), modified: date }))
    const { bytes } = await takeAll(open(entries))
    const years = [...headersOf(bytes)].map(({ header }) => 1980 + (header.readUInt16LE(14) >> 9))
    expect(years).toEqual([1980, 1980, 2107])
  })

  it('keeps the mode of an entry, 0 too', async () => {
    const entries = [
      { name: 'a', mode: 0 },
      { name: 'b', mode: 0o600 },
      { name: 'c/', mode: 0 },
      { name: 'd/' },
    ]
    const { bytes } = await takeAll(open(entries))
    const modes = [...headersOf(bytes)].map(({ header }) => header.readUInt16LE(40))
    expect(modes).toEqual([0o100000, 0o100600, 0o40000, 0o40755])
  })

  it('writes a ZIP64 field of just the values that have no room in their header', async () => {
    const { bytes } = await takeAll(
      open([
        { name: 'small', body: ['x'] },
        { name: 'large', body: [seemingly(5_000_000_000)] },
        { name: 'after it', body: ['y'] },
      ]),
    )
    const found = [...headersOf(bytes)].map(({ header, extra }) => {
      const unsaid = [20, 24, 42].filter((field) => header.readUInt32LE(field) === 0xffffffff)
      return { unsaid, values: toZip64Values(extra) }
    })
    expect(found).toEqual([
      { unsaid: [], values: [] },
      { unsaid: [20, 24, 42], values: [5_000_000_000, 5_000_000_000, expect.any(Number)] },
      { unsaid: [42], values: [expect.any(Number)] },
    ])
  })

  it('G5: tells the replies in it why it was closed, begun or not', async () => {
    const outcomes: string[] = []
    const entry = () => ({
      name: 'a',
      size: 2,
      body: stream(['a', 'b'], { onClose: ({ kind }) => void outcomes.push(kind) }),
    })
    const [begun, unread] = [open([entry()]), open([entry()])]
    await begun.next()
    for (const blocks of [begun, unread]) expect(await blocks.close(new ShuttingDown())).toEqual([])
    expect(outcomes).toEqual(['shutdown', 'shutdown'])
  })

  it('G6: fails with an entry that is longer or shorter than its size', async () => {
    await expect(takeAll(open([{ name: 'a', size: 3, body: ['ab', 'cd'] }]))).rejects.toThrow(
      'more than the 3 bytes',
    )
    await expect(takeAll(open([{ name: 'a', size: 3, body: ['ab'] }]))).rejects.toThrow(
      'fewer than the 3 bytes',
    )
    await expect(takeAll(open([{ name: 'a', size: 3, body: ['ab\ud83d'] }]))).rejects.toThrow(
      'more than the 3 bytes',
    )
  })

  it('gives nothing after it was closed, though an entry still comes', async () => {
    const late = Promise.withResolvers<IteratorResult<unknown>>()
    const blocks = open({ [Symbol.asyncIterator]: () => ({ next: () => late.promise }) })
    const asked = Promise.resolve(blocks.next())
    await blocks.close()
    late.resolve({ done: false, value: { name: 'a' } })
    expect(await asked).toEqual({ done: true, value: undefined })
  })
})

/** Bytes that client-zip counts as so many more when it has made their checksum: that of 5 GB would take a minute. */
function seemingly(length: number): Uint8Array {
  const bytes = Buffer.from('large')
  let asked = 0
  Object.defineProperty(bytes, 'length', { get: () => (asked++ === 0 ? bytes.byteLength : length) })
  return bytes
}

function toZip64Values(extra: Buffer): number[] {
  if (extra.byteLength === 0) return []
  expect([extra.readUInt16LE(0), extra.readUInt16LE(2)]).toEqual([1, extra.byteLength - 4])
  return Array.from({ length: (extra.byteLength - 4) / 8 }, (_, index) =>
    Number(extra.readBigUInt64LE(4 + index * 8)),
  )
}
