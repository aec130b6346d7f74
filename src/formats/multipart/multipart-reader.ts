import { flush } from '../../body/block.ts'
import { isPromiseLike } from '../../body/run-closers.ts'
import type { BlockReader, ReaderSource, Step } from '../../body/source.ts'
import type { NestedBodies, NestedStep } from '../archive/nested-bodies.ts'
import type { HeadedPart } from './part.ts'
import { PartLength } from './part-length.ts'

/** How parts are set apart. */
export interface MultipartLayout {
  /** Stands in none of the parts: random, from a cryptographic source. */
  readonly boundary: string
  /**
   * Whether each part takes the place of the one before it. Chromium shows a part when it has read the head of the next
   * one; so that head goes out with the boundary too. It is taken to be the same as the last. Where the next part comes
   * with another all the same, an empty part stands between the two, and no head goes ahead any more. No head has a
   * Content-Length then: that of a part that has not come is not known.
   */
  readonly isPush: boolean
}

/** What was sent already of what stands between two parts. */
type Sent = { readonly kind: 'nothing' | 'boundary' } | { readonly kind: 'head'; readonly head: string }

/**
 * Parts as a body (RFC 2046 §5.1), read block by block. The boundary that ends a part comes with its last block, not
 * with the next part, so that whoever reads it knows at once that the part is whole.
 */
export class MultipartReader implements ReaderSource, BlockReader {
  readonly #parts: NestedBodies<HeadedPart>
  readonly #boundary: string
  readonly #length: PartLength | undefined
  #goesAhead: boolean
  #sent: Sent = { kind: 'nothing' }
  #isOver = false

  constructor(parts: NestedBodies<HeadedPart>, { boundary, isPush }: MultipartLayout) {
    this.#parts = parts
    this.#boundary = `--${boundary}`
    this.#length = isPush ? undefined : new PartLength()
    this.#goesAhead = isPush
  }

  openReader(): BlockReader {
    return this
  }

  next(): Step | PromiseLike<Step> {
    if (this.#isOver) return { done: true, value: undefined }
    const step = this.#parts.next()
    return isPromiseLike(step) ? step.then(this.#format) : this.#format(step)
  }

  return(reason: unknown): void {
    // What that throws is told by `close`.
    void this.#parts.close(reason)
  }

  close(): Promise<void> {
    return this.#parts.dispose()
  }

  readonly #format = (step: NestedStep<HeadedPart>): Step => {
    switch (step.kind) {
      case 'item':
        return { done: false, value: this.#begin(step.item) }
      case 'block':
        this.#length?.add(step.block)
        return { done: false, value: step.block }
      case 'item-end':
        return { done: false, value: this.#endPart(step.item) }
      case 'flush':
        return { done: false, value: flush }
      case 'end':
        this.#isOver = true
        return { done: false, value: `${this.#toBoundary()}--\r\n` }
    }
  }

  // What is there already leaves as one block, with the boundary that ends it.
  #begin(part: HeadedPart): unknown {
    const lead = this.#toHead(`${this.#length?.begin(part) ?? ''}${part.head}`)
    const { literal } = part.blocks
    if (literal === undefined) return lead
    this.#length?.add(literal ?? '')
    this.#parts.skipBody()
    return [lead, literal ?? '', this.#endPart(part)]
  }

  #toHead(head: string): string {
    if (this.#sent.kind === 'head') {
      if (this.#sent.head === head) return ''
      this.#goesAhead = false
    }
    return `${this.#toBoundary()}\r\n${head}`
  }

  #endPart({ head }: HeadedPart): string {
    this.#length?.end()
    this.#sent = this.#goesAhead ? { kind: 'head', head } : { kind: 'boundary' }
    return `\r\n${this.#boundary}${this.#goesAhead ? `\r\n${head}` : ''}`
  }

  // Up to a boundary, as far as that was not sent; nothing stands before the first (RFC 2046 §5.1.1).
  #toBoundary(): string {
    switch (this.#sent.kind) {
      case 'nothing':
        return this.#boundary
      case 'boundary':
        return ''
      case 'head':
        return `\r\n${this.#boundary}`
    }
  }
}
