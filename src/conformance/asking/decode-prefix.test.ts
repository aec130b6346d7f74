import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodePrefix, isFinished } from './decode-prefix.ts'

async function gzipFlushed(...blocks: string[]): Promise<Buffer[]> {
  const gzip = createGzip()
  const pieces: Buffer[] = []
  gzip.on('data', (bytes: Buffer) => pieces.push(bytes))
  for (const block of blocks) {
    gzip.write(block)
    await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, resolve))
  }
  return [Buffer.concat(pieces)]
}

test('decodePrefix gives what is flushed, before the end of the data', async () => {
  const pieces = await gzipFlushed('one ', 'two')
  expect(Buffer.from(decodePrefix('gzip', Buffer.concat(pieces))).toString()).toBe('one two')
})

test('decodePrefix gives nothing of the first bytes of what is not flushed', () => {
  expect(decodePrefix('gzip', gzipSync('held').subarray(0, 10))).toHaveLength(0)
})

test.each([
  ['deflate', deflateSync('text')],
  ['br', brotliCompressSync('text')],
  ['identity', Buffer.from('text')],
])('decodePrefix knows %s', (encoding, bytes) => {
  expect(Buffer.from(decodePrefix(encoding, bytes)).toString()).toBe('text')
})

test('decodePrefix throws for an encoding that nobody has asked for', () => {
  expect(() => decodePrefix('constructor', Buffer.from('text'))).toThrow(/Cannot decode constructor/)
})

test('isFinished tells a whole gzip from a cut one', async () => {
  const whole = gzipSync('text')
  expect(isFinished('gzip', whole)).toBe(true)
  expect(isFinished('gzip', whole.subarray(0, -8))).toBe(false)
  expect(isFinished('gzip', Buffer.concat(await gzipFlushed('text')))).toBe(false)
  expect(isFinished('br', brotliCompressSync('text'))).toBe(true)
})

test('isFinished is false for what is not encoded', () => {
  expect(isFinished('identity', Buffer.from('text'))).toBe(false)
})
