import { type Findings, quote, type TextFormat } from './text-format.ts'

const closers: Readonly<Record<string, string>> = { '{': '}', '[': ']' }

// A byte order mark, and the sign before each value of a JSON text sequence (RFC 7464).
const harmless: ReadonlySet<string> = new Set(['\u{feff}', '\u{1e}'])

/** Follows the brackets and strings of JSON, of one value or of several one after the other. */
export class JsonText implements TextFormat {
  readonly unitName = undefined
  readonly isInside = false
  readonly #open: string[] = []
  #isString = false
  #isEscaped = false
  /** A value outside of all brackets, such as `true`. */
  #bare = ''
  #hasValue = false
  #fault: string | undefined

  read(text: string): number {
    if (this.#fault !== undefined) return 0
    for (let at = this.#skip(text, 0); at < text.length; at = this.#skip(text, at + 1)) {
      const character = text.charAt(at)
      if (this.#isString) this.#stepString(character)
      else this.#step(character)
    }
    return 0
  }

  // Inside of brackets only quotes and brackets change anything, and in strings only their ends.
  #skip(text: string, at: number): number {
    if (this.#open.length === 0 || this.#isEscaped) return at
    const sign = this.#isString ? /["\\]/g : /["[\]{}]/g
    sign.lastIndex = at
    return sign.test(text) ? sign.lastIndex - 1 : text.length
  }

  finish(): Findings {
    this.#endBare()
    const fault = this.#fault ?? this.#findOpen()
    if (fault !== undefined) return { faults: [fault], hints: [] }
    return { faults: [], hints: this.#hasValue ? [] : ['it is empty, which is no JSON'] }
  }

  #findOpen(): string | undefined {
    const depth = this.#open.length
    const brackets = depth === 1 ? 'a bracket is' : `${depth} brackets are`
    if (this.#isString) return 'its JSON is cut open: it ends in the middle of a string'
    return depth === 0 ? undefined : `its JSON is cut open: ${brackets} not closed`
  }

  #stepString(character: string): void {
    if (this.#open.length === 0) this.#bare += character
    if (this.#isEscaped) this.#isEscaped = false
    else if (character === '\\') this.#isEscaped = true
    else if (character === '"') this.#isString = false
    // Of a long string only its quotes are kept: it is followed, not read.
    if (this.#bare.length > 1000 && this.#isString && !this.#isEscaped) this.#bare = '"'
  }

  #step(character: string): void {
    const closer = closers[character]
    if (character === '"') this.#isString = true
    if (closer !== undefined) this.#begin(closer)
    else if (character === '}' || character === ']') this.#end(character)
    else if (this.#open.length === 0) this.#stepBare(character)
  }

  #stepBare(character: string): void {
    if (/\s/.test(character)) this.#endBare()
    else this.#bare += character
  }

  #begin(closer: string): void {
    this.#endBare()
    this.#hasValue = true
    this.#open.push(closer)
  }

  #end(character: string): void {
    const expected = this.#open.pop()
    if (expected === character || this.#fault !== undefined) return
    this.#fault = `its JSON is broken: ${character} stands ${expected ? `in place of ${expected}` : 'where nothing is open'}`
  }

  #endBare(): void {
    if (this.#bare === '' || this.#isString) return
    try {
      JSON.parse(this.#bare)
      this.#hasValue = true
    } catch {
      if (!harmless.has(this.#bare)) this.#fault ??= `its JSON is broken or cut: ${quote(this.#bare)}`
    }
    this.#bare = ''
  }
}
