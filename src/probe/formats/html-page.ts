import type { Findings, TextFormat } from './text-format.ts'

/** Looks at the beginning and the end of a page. HTML lets its last tag be left out, so that is only a hint. */
export class HtmlPage implements TextFormat {
  readonly unitName = undefined
  readonly isInside = false
  #hasStart = false
  #hasEnd = false
  /** The last characters: tags may come in pieces. */
  #tail = ''

  read(text: string): number {
    const seen = this.#tail + text
    this.#hasStart ||= /<html[\s>]/i.test(seen)
    this.#hasEnd ||= /<\/html\s*>/i.test(seen)
    this.#tail = seen.slice(-1000)
    return 0
  }

  finish(): Findings {
    const faults = /<\/?[a-z][^<>]*$/i.test(this.#tail) ? ['it ends in the middle of a tag'] : []
    const hints = this.#hasStart && !this.#hasEnd ? ['it has no </html> at its end, which HTML allows'] : []
    return { faults, hints }
  }
}
