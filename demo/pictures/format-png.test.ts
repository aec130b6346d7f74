import { crc32, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { formatPng } from './format-png.ts'

/** The chunks of a picture by their types, each checked. */
function parseChunks(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length;) {
    const end = at + 8 + png.readUInt32BE(at)
    expect(png.readUInt32BE(end)).toBe(crc32(png.subarray(at + 4, end)))
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, end))
    at = end + 4
  }
  return chunks
}

describe('formatPng', () => {
  it('holds the pixels row by row, and their colours', () => {
    const colours = Uint8Array.from([255, 0, 0, 0, 0, 255])
    const png = formatPng({ width: 3, height: 2, pixels: Uint8Array.from([0, 1, 0, 1, 1, 0]), colours })
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    const chunks = parseChunks(png)
    expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
    expect([...(chunks.get('IHDR') ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0])
    expect([...(chunks.get('PLTE') ?? [])]).toEqual([...colours])
    expect([...inflateSync(chunks.get('IDAT') ?? '')]).toEqual([0, 0, 1, 0, 0, 1, 1, 0])
  })
})
