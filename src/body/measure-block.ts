import { flush, isBytes, notABlock, toUint8Array } from './block.ts'

/**
 * Bytes that a block will be as UTF-8; a character that is split between two texts of a list counts as one.
 * @throws TypeError when it is not a block.
 */
export function measureBlock(block: unknown): number {
  if (typeof block === 'string') return Buffer.byteLength(block)
  if (isBytes(block)) return toUint8Array(block).byteLength
  if (block === flush) return 0
  if (!Array.isArray(block)) throw notABlock(block)
  return measureList(block)
}

function measureList(list: readonly unknown[]): number {
  let bytes = 0
  let isHalf = false
  for (const block of list.flat(Infinity)) {
    const size = measureBlock(block)
    if (size === 0) continue
    bytes += size
    if (typeof block !== 'string') isHalf = false
    else {
      // Two halves are three bytes each when they are apart, and four together.
      if (isHalf && (block.charCodeAt(0) & 0xfc00) === 0xdc00) bytes -= 2
      isHalf = (block.charCodeAt(block.length - 1) & 0xfc00) === 0xd800
    }
  }
  return bytes
}

/** True for a block that holds nothing to send. */
export function isEmptyBlock(block: unknown): boolean {
  if (typeof block === 'string') return block === ''
  return (block instanceof Uint8Array ? block.byteLength : measureBlock(block)) === 0
}

/** True for text, and for a list that begins with it. */
export function isTextBlock(block: unknown): boolean {
  if (Array.isArray(block)) return isTextBlock(block.find((inner) => !isEmptyBlock(inner)))
  return typeof block === 'string'
}

/** True for `flush`, and for a list that holds it. */
export function holdsFlush(block: unknown): boolean {
  return block === flush || (Array.isArray(block) && block.some(holdsFlush))
}
