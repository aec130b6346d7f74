import { type FileHandle, open } from 'node:fs/promises'
import type { Block } from '../../body/block.ts'
import type { Byteranges } from './byteranges.ts'
import type { Part } from './decide-range.ts'

const BLOCK_SIZE = 65_536

/**
 * Several parts of a file with what stands between them. The file is opened once, when the first block is asked for,
 * so that all parts are of the same version, and closed with the body. A file that has become too short ends the body
 * early, which fails the reply (G6).
 */
export async function* partBlocks(
  path: string | URL,
  { parts, tail }: Byteranges,
): AsyncGenerator<Block, void> {
  const handle = await open(path)
  try {
    for (const part of parts) {
      yield part.lead
      const missing = yield* readPart(handle, part)
      if (missing > 0) return
    }
    yield tail
  } finally {
    await handle.close()
  }
}

async function* readPart(handle: FileHandle, { start, end }: Part): AsyncGenerator<Block, number> {
  let position = start
  while (position < end) {
    const size = Math.min(BLOCK_SIZE, end - position)
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(size), 0, size, position)
    if (bytesRead === 0) break
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
  return end - position
}
