import { createTarPacker, type TarHeader } from 'modern-tar'

const BLOCK = 512
/** The last second that a header has room for, in 2242; the first is that of 1970. */
const LAST_SECOND = 0o77777777777

/**
 * The bytes in front of an entry's body: its header, and where the name, the size or the date needs it an extended one
 * (pax).
 * They are read off modern-tar before it is told of the body, so that it holds none of that back.
 */
export async function tarHead(header: TarHeader): Promise<Uint8Array[]> {
  const { readable, controller } = createTarPacker()
  const reader = readable.getReader()
  try {
    controller.add(withDate(header))
    const first = await readPiece(reader)
    const pieces = [first]
    // An extended header is followed by its text in whole blocks, and by the header itself.
    let missing = first[156] === 'x'.charCodeAt(0) ? toBlockSize(readSize(first)) + BLOCK : 0
    while (missing > 0) {
      const piece = await readPiece(reader)
      pieces.push(piece)
      missing -= piece.byteLength
    }
    return pieces
  } finally {
    await reader.cancel()
  }
}

/** Bytes of whole blocks in which so many bytes have room. */
export function toBlockSize(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK
}

// Beyond what the header has room for modern-tar writes no number, or only a part of it.
function withDate({ mtime = new Date(), ...header }: TarHeader): TarHeader {
  const seconds = Math.floor(mtime.getTime() / 1000)
  const nearest = Math.min(LAST_SECOND, Math.max(0, seconds))
  const dated = { ...header, mtime: new Date(nearest * 1000) }
  return nearest === seconds ? dated : { ...dated, pax: { mtime: String(seconds) } }
}

async function readPiece(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  const { done, value } = await reader.read()
  if (done) throw new Error('Cannot write the header of an entry: modern-tar has ended before it')
  return value
}

function readSize(header: Uint8Array): number {
  return Number.parseInt(Buffer.from(header.subarray(124, 135)).toString('latin1'), 8)
}
