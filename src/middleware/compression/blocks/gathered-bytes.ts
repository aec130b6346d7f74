import { flush, isBytes, notABlock, toUint8Array } from '../../../body/block.ts'

/** Blocks side by side as bytes; a character that is split between two blocks of text is joined. */
export class GatheredBytes {
  readonly #mustCopy: boolean
  #text = ''
  #pieces: Uint8Array[] = []
  #size = 0
  #hasFlush = false
  #content: 'text' | 'bytes' | 'empty' = 'empty'

  /** `mustCopy`: the source goes on before the bytes are taken, and may fill the same memory again. */
  constructor(mustCopy: boolean) {
    this.#mustCopy = mustCopy
  }

  /** How much there is: bytes, and text by its length in UTF-16 units. */
  get size(): number {
    return this.#size + this.#text.length
  }

  /** True between the two halves of a character. */
  get isInsideCharacter(): boolean {
    return endsInside(this.#text)
  }

  /** What the first block was that was not empty. */
  get content(): 'text' | 'bytes' | 'empty' {
    return this.#content
  }

  /** True when there was a `flush` among the blocks since this was last asked. */
  takeFlush(): boolean {
    const hadFlush = this.#hasFlush
    this.#hasFlush = false
    return hadFlush
  }

  get hasFlush(): boolean {
    return this.#hasFlush
  }

  /** @throws TypeError for what is no block. */
  add(block: unknown): void {
    if (typeof block === 'string') this.#addText(block)
    else if (isBytes(block)) this.#addBytes(toUint8Array(block))
    else if (block === flush) this.#hasFlush = true
    else if (Array.isArray(block)) for (const inner of block) this.add(inner)
    else throw notABlock(block)
  }

  /** Everything so far; half a character at the end stays for the text that may follow. */
  take(): Uint8Array {
    const half = this.isInsideCharacter ? this.#text.slice(-1) : ''
    this.#text = this.#text.slice(0, this.#text.length - half.length)
    this.#settle()
    this.#text = half
    return this.#takePieces()
  }

  /** Everything; half a character is none. */
  takeLast(): Uint8Array {
    this.#settle()
    return this.#takePieces()
  }

  #addText(text: string): void {
    if (text === '') return
    if (this.#content === 'empty') this.#content = 'text'
    this.#text += text
  }

  #addBytes(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    if (this.#content === 'empty') this.#content = 'bytes'
    this.#settle()
    this.#put(this.#mustCopy ? Buffer.from(bytes) : bytes)
  }

  #settle(): void {
    if (this.#text !== '') this.#put(Buffer.from(this.#text))
    this.#text = ''
  }

  #put(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
    this.#size += bytes.byteLength
  }

  #takePieces(): Uint8Array {
    const pieces = this.#pieces
    this.#pieces = []
    this.#size = 0
    const [only] = pieces
    return pieces.length === 1 && only ? only : Buffer.concat(pieces)
  }
}

function endsInside(text: string): boolean {
  return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800
}
