import type { Findings, TextFormat } from './text-format.ts'

/** Counts the parts of a multipart body, given as Latin-1 (RFC 2046 §5.1.1). */
export class MultipartParts implements TextFormat {
  readonly unitName = 'parts'
  readonly #delimiter: string
  readonly #isEndless: boolean
  /** Not yet looked at. A delimiter at the very beginning has no line end before it. */
  #rest = '\r\n'
  #count = 0
  #isOpen = false
  #isClosed = false

  /** `isEndless`: each part replaces the one before it, and most servers simply stop. */
  constructor(boundary: string, isEndless = false) {
    this.#delimiter = `\r\n--${boundary}`
    this.#isEndless = isEndless
  }

  get isInside(): boolean {
    return this.#isOpen
  }

  read(text: string): number {
    const before = this.#count
    this.#rest += text
    const size = this.#delimiter.length
    let at = this.#rest.indexOf(this.#delimiter)
    while (!this.#isClosed && at !== -1 && this.#rest.length >= at + size + 2) {
      this.#meet(this.#rest.slice(at + size, at + size + 2))
      this.#rest = this.#rest.slice(at + size)
      at = this.#rest.indexOf(this.#delimiter)
    }
    if (at === -1) this.#rest = this.#rest.slice(-size)
    return this.#count - before
  }

  finish(): Findings {
    // The last two characters are a line end that may be left out.
    this.read('\r\n')
    if (this.#isClosed) return { faults: [], hints: [] }
    const missing = 'its closing boundary is missing'
    return this.#isEndless ? { faults: [], hints: [missing] } : { faults: [missing], hints: [] }
  }

  #meet(next: string): void {
    if (this.#isOpen) this.#count++
    this.#isClosed = next === '--'
    this.#isOpen = !this.#isClosed
  }
}
