import { expect, it } from 'vitest'
import { measureStalled } from './stalled-readers.ts'

const READERS = 20
const MEGABYTE = 1e6

it.each([
  ['inline', '/sse', 'zstd'],
  ['inline', '/ndjson', 'gzip'],
  ['thread', '/sse', 'zstd'],
  ['thread', '/ndjson', 'gzip'],
] as const)(
  'G2: 20 readers that do not read a compressed stream of 20 MB cost less than 20 MB in all, and who reads on gets all of it: %s, %s, %s',
  async (transmitter, path, encoding) => {
    const how = { transmitter, path, encoding, readers: READERS }
    const { inUse, asked, first, late } = await measureStalled(how)
    expect(inUse).toBeLessThan(READERS * MEGABYTE)
    expect(asked).toBeLessThan(20_000)
    expect(first.bytes.length).toBeGreaterThan(20 * MEGABYTE)
    expect(first).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
    expect(late?.bytes.equals(first.bytes)).toBe(true)
    expect(late).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
  },
  180_000,
)
