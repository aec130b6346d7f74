import { flush, isBytes, notABlock, toUint8Array } from './block.ts'

/**
 * Bytes that a block will be as UTF-8.
 * @throws TypeError when it is not a block.
 */
export function measureBlock(block: unknown): number {
  if (typeof block === 'string') return Buffer.byteLength(block)
  if (isBytes(block)) return toUint8Array(block).byteLength
  if (block === flush) return 0
  if (!Array.isArray(block)) throw notABlock(block)
  return block.reduce((sum: number, inner: unknown) => sum + measureBlock(inner), 0)
}
