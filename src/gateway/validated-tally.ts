import { type Block, flush, isBytes, toUint8Array } from '../body/block.ts'
import { ContractError } from '../delivery/errors.ts'

/** What one body has given so far, in numbers that can be held against those of another. */
export class ValidatedTally {
  blocks = 0
  flushes = 0
  bytes = 0
  // Of all bytes in order (FNV-1a): two bodies that say the same have the same.
  #hash = 0x81_1c_9d_c5

  add(block: Block): void {
    this.blocks++
    this.#add(block)
  }

  /** True for a body of the same bytes. */
  isSameAs(other: ValidatedTally): boolean {
    return this.bytes === other.bytes && this.#hash === other.#hash
  }

  /**
   * Holds what middleware has taken (this) against what it has given.
   * @throws ContractError G11 when it has kept a flush back, or a block where blocks do not leave by the turn.
   */
  checkGiven(given: ValidatedTally, { isByTurn = false } = {}): void {
    if (!isByTurn && this.blocks > given.blocks) {
      throw new ContractError(
        'G11',
        `Cannot hold blocks back: middleware has taken ${this.blocks} and given ${given.blocks}; ` +
          'give at least one for each, an empty one where there is nothing to say, or name what it does buffer or batch',
      )
    }
    if (this.flushes > given.flushes) {
      throw new ContractError('G11', 'Cannot swallow flush: middleware was given it and went on; pass it on')
    }
  }

  #add(block: Block): void {
    if (block === flush) this.flushes++
    else if (typeof block === 'string') this.#addBytes(Buffer.from(block))
    else if (isBytes(block)) this.#addBytes(toUint8Array(block))
    else for (const inner of block) this.#add(inner)
  }

  #addBytes(bytes: Uint8Array): void {
    this.bytes += bytes.byteLength
    for (const byte of bytes) this.#hash = Math.imul(this.#hash ^ byte, 0x01_00_01_93) >>> 0
  }
}
