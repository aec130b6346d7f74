import { isEmptyBlock, measureBlock } from '../../../body/measure-block.ts'

/** Counts blocks, and their bytes as UTF-8, as they come: a character may be split between two texts. */
export class BlockTally {
  /** Blocks that hold something. */
  blocks = 0
  bytes = 0
  #half = ''

  /**
   * Adds a block.
   * @throws TypeError when it is not one.
   */
  add(block: unknown): void {
    if (!isEmptyBlock(block)) this.blocks++
    this.addBytes(block)
  }

  /**
   * Adds the bytes of what is sent besides the blocks of the source.
   * @throws TypeError when it is not a block.
   */
  addBytes(block: unknown): void {
    if (isEmptyBlock(block)) return
    // The half was counted for what it would be alone.
    this.bytes += measureBlock([this.#half, block]) - measureBlock(this.#half)
    this.#half = halfAtEnd(block)
  }
}

function halfAtEnd(block: unknown): string {
  if (Array.isArray(block)) return halfAtEnd(block.findLast((inner) => !isEmptyBlock(inner)))
  return typeof block === 'string' && (block.charCodeAt(block.length - 1) & 0xfc00) === 0xd800
    ? block.slice(-1)
    : ''
}
