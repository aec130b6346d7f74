import { expect, it } from 'vitest'
import { measureStalled } from './stalled-readers.ts'

const READERS = 4
const MEGABYTE = 1e6

// With 20 readers: bench/compression/stalled.ts.
it.each([
  ['/sse', 'zstd'],
  ['/ndjson', 'gzip'],
] as const)(
  'G2: a reader that does not read a compressed stream of 20 MB costs less than 1 MB, and then gets all of it: %s, %s',
  async (path, encoding) => {
    const { inUse, asked, first, late } = await measureStalled({ path, encoding, readers: READERS })
    expect(inUse).toBeLessThan(READERS * MEGABYTE)
    expect(asked).toBeLessThan(20_000)
    expect(first.bytes.length).toBeGreaterThan(20 * MEGABYTE)
    expect(first).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
    expect(late?.bytes.equals(first.bytes)).toBe(true)
    expect(late).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
  },
  60_000,
)
