import { crc32, deflateSync } from 'node:zlib'

/** A picture of colours out of a list; one byte a pixel, row by row. */
export interface IndexedPicture {
  width: number
  height: number
  /** The place of each pixel's colour in the list. */
  pixels: Uint8Array
  /** Red, green and blue of each colour, one after the other; 256 colours at most. */
  colours: Uint8Array
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** A picture as PNG (RFC 2083), small enough to be made for every moment anew. */
export function formatPng({ width, height, pixels, colours }: IndexedPicture): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits a pixel, out of a list of colours.
  header.writeUInt8(8, 8)
  header.writeUInt8(3, 9)
  // Each row is led by a byte that says how it is filtered: not at all.
  const rows = Buffer.alloc((width + 1) * height)
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1)
  return Buffer.concat([
    signature,
    toChunk('IHDR', header),
    toChunk('PLTE', colours),
    toChunk('IDAT', deflateSync(rows, { level: 1 })),
    toChunk('IEND', Buffer.alloc(0)),
  ])
}

function toChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(data.byteLength + 12)
  chunk.writeUInt32BE(data.byteLength, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.byteLength + 8)), data.byteLength + 8)
  return chunk
}
