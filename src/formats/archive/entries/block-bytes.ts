import { flush, isBytes, notABlock, toUint8Array } from '../../../body/block.ts'

/** Blocks as bytes, for who has to count them before they are sent; a character may be split between two texts. */
export class BlockBytes {
  #half = ''

  /** The bytes of a block, in the pieces of which it is made; none that is empty. */
  take(block: unknown): Uint8Array[] {
    if (typeof block === 'string') return this.#takeText(block)
    // Bytes that are none stand between no two halves.
    if (isBytes(block)) return block.byteLength === 0 ? [] : [...this.end(), toUint8Array(block)]
    if (block === flush) return []
    if (Array.isArray(block)) return block.flatMap((inner) => this.take(inner))
    throw notABlock(block)
  }

  /** What is left when no more text comes: half a character has no bytes of its own. */
  end(): Uint8Array[] {
    if (this.#half === '') return []
    this.#half = ''
    return [Buffer.from('\ufffd')]
  }

  #takeText(block: string): Uint8Array[] {
    let text = this.#half + block
    this.#half = ''
    if ((text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800) {
      this.#half = text.slice(-1)
      text = text.slice(0, -1)
    }
    return text === '' ? [] : [Buffer.from(text)]
  }
}
