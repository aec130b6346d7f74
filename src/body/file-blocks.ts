import { open } from 'node:fs/promises'
import type { Block } from './block.ts'

export interface FileBlocksOptions {
  /** First byte, counted from 0; 0 by default. */
  start?: number
  /** The byte after the last one; the end of the file by default. */
  end?: number
  /** Bytes in a block, 65,536 by default. */
  blockSize?: number
}

/**
 * The bytes of a file, a block at a time. The file is opened when the first block is asked for, so a body that is
 * never started never touches it, and closed with the body.
 * @throws the error of node:fs when it cannot be opened or read.
 */
export async function* fileBlocks(
  path: string | URL,
  { start = 0, end = Infinity, blockSize = 65_536 }: FileBlocksOptions = {},
): AsyncGenerator<Block, void, undefined> {
  const handle = await open(path)
  try {
    for (let position = start; position < end;) {
      const size = Math.min(blockSize, end - position)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(size), 0, size, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
