// Fields are written as Latin-1 bytes into a scratch that becomes text once a block: twice as fast as joining
// strings. What is long or outside Latin-1 is joined as a string. The output is the same either way.
import type { CsvDialect } from './csv-options.ts'

const SCRATCH_BYTES = 16_384
/** Text of more characters than this is joined. */
const SHORT = 100
// A field adds at most SHORT characters, a delimiter and CRLF before the room is looked at again.
const ROOM = SCRATCH_BYTES - 2 * SHORT

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const QUOTE = 34
const MINUS = 45
const POINT = 46
const ZERO = 48
const AT_SIGN = 64
const LATIN_1 = 255
const BYTE_ORDER_MARK = 0xfeff

// One scratch serves every writer, since a block is written without a break. A writer that is used while
// another one writes (by a getter of a record) finds none and makes its own.
let spare: Buffer | undefined
const none: Buffer = Buffer.alloc(0)

/** Writes fields and line ends, and gives the text of all of them at once. Knows nothing of columns. */
export class CsvWriter {
  readonly #delimiter: string
  readonly #delimiterCode: number
  readonly #highest: number
  readonly #guard: boolean
  #scratch = none
  #at = 0
  /** Where the line began in the scratch; -1 when part of it was joined already. */
  #line = 0
  #text = ''

  constructor({ delimiter, guard }: CsvDialect) {
    this.#delimiter = delimiter
    this.#delimiterCode = delimiter.charCodeAt(0)
    this.#highest = Math.max(this.#delimiterCode, QUOTE)
    this.#guard = guard
  }

  /** Begins a block; {@link CsvWriter.close} must follow. */
  open(): void {
    this.#scratch = spare ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES)
    spare = undefined
    this.#at = 0
    this.#line = 0
    this.#text = ''
  }

  /** Ends a block and gives its text. */
  close(): string {
    this.#drain()
    spare = this.#scratch
    this.#scratch = none
    const text = this.#text
    this.#text = ''
    return text
  }

  /** Writes one field; false for a value that CSV has no form for. */
  field(value: unknown): boolean {
    if (this.#at > ROOM) this.#drain()
    switch (typeof value) {
      case 'string':
        this.#field(value)
        return true
      case 'number':
        return this.#number(value)
      case 'object':
        return this.#object(value)
      case 'boolean':
      case 'bigint':
        this.#append(String(value))
        return true
      default:
        return value === undefined
    }
  }

  /** Writes the delimiter; a field must follow. */
  separate(): void {
    this.#scratch[this.#at++] = this.#delimiterCode
  }

  /** Ends a line of at least one field. */
  endLine(): void {
    // An empty line is no record to most readers, an empty quoted field is.
    if (this.#at === this.#line) this.#append('""')
    this.#scratch[this.#at++] = CR
    this.#scratch[this.#at++] = LF
    this.#line = this.#at
  }

  #object(value: object | null): boolean {
    if (value === null) return true
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) return false
    this.#append(value.toISOString())
    return true
  }

  #field(value: string): void {
    const { length } = value
    if (length === 0) return
    if (length > SHORT) return this.#append(this.#toField(value))
    const scratch = this.#scratch
    const start = this.#at
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > LATIN_1 || (code <= this.#highest && this.#isSpecial(code)))
        return this.#append(this.#toField(value))
      scratch[start + i] = code
    }
    const isPlain = !isRiskyFirst(value.charCodeAt(0)) && !isBlank(value.charCodeAt(length - 1))
    if (!isPlain) return this.#append(this.#toField(value))
    this.#at = start + length
  }

  #isSpecial(code: number): boolean {
    return code === QUOTE || code === this.#delimiterCode || code === CR || code === LF
  }

  /** Guarded and quoted by RFC 4180 §2.5–2.7; the slow way that every rare case takes. */
  #toField(value: string): string {
    const text = this.#guard && isFormulaFirst(value.charCodeAt(0)) ? `'${value}` : value
    return this.#needsQuotes(text) ? `"${text.replaceAll('"', '""')}"` : text
  }

  #needsQuotes(text: string): boolean {
    const first = text.charCodeAt(0)
    if (first === BYTE_ORDER_MARK || isBlank(first) || isBlank(text.charCodeAt(text.length - 1))) return true
    return text.includes(this.#delimiter) || text.includes('"') || text.includes('\n') || text.includes('\r')
  }

  // A decimal that has at most 15 digits and stands for this double is the one that String() prints.
  #number(value: number): boolean {
    const size = value < 0 ? -value : value
    if (size >= 1e9) return this.#rareNumber(value)
    const whole = size | 0
    if (whole === size) {
      this.#whole(value, whole)
      return true
    }
    const millionths = Math.round(size * 1e6)
    if (millionths / 1e6 !== size) return this.#rareNumber(value)
    this.#whole(value, whole)
    this.#fraction(millionths - whole * 1e6)
    return true
  }

  #rareNumber(value: number): boolean {
    if (!Number.isFinite(value)) return false
    this.#append(String(value))
    return true
  }

  #whole(signed: number, whole: number): void {
    const scratch = this.#scratch
    if (signed < 0) scratch[this.#at++] = MINUS
    let at = (this.#at += digitsOf(whole))
    do {
      const tenth = (whole / 10) | 0
      scratch[--at] = ZERO + whole - tenth * 10
      whole = tenth
    } while (whole > 0)
  }

  #fraction(millionths: number): void {
    const scratch = this.#scratch
    const point = this.#at
    scratch[point] = POINT
    for (let at = point + 6; at > point; at--) {
      const tenth = (millionths / 10) | 0
      scratch[at] = ZERO + millionths - tenth * 10
      millionths = tenth
    }
    let end = point + 7
    while (scratch[end - 1] === ZERO) end--
    this.#at = end
  }

  /** Adds text as it is. */
  #append(text: string): void {
    if (text.length > SHORT) return this.#join(text)
    const scratch = this.#scratch
    const start = this.#at
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > LATIN_1) return this.#join(text)
      scratch[start + i] = code
    }
    this.#at = start + text.length
  }

  #join(text: string): void {
    this.#drain()
    this.#text += text
    this.#line = -1
  }

  #drain(): void {
    if (this.#at > 0) this.#text += this.#scratch.toString('latin1', 0, this.#at)
    this.#line = this.#line === this.#at ? 0 : -1
    this.#at = 0
  }
}

/** The first characters that make a spreadsheet take a field for a formula (OWASP, CSV injection). */
const formulaFirsts: ReadonlySet<number> = new Set(
  Array.from('=+-@\t\r\n＝＋－＠', (first) => first.charCodeAt(0)),
)

function isFormulaFirst(code: number): boolean {
  return formulaFirsts.has(code)
}

// Up to Latin-1, the only codes a plain field is looked at for; most text begins above them all.
function isRiskyFirst(code: number): boolean {
  return code <= AT_SIGN && (code < ZERO || code > 57) && (isBlank(code) || isFormulaFirst(code))
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

function digitsOf(whole: number): number {
  if (whole < 100) return whole < 10 ? 1 : 2
  if (whole < 10_000) return whole < 1000 ? 3 : 4
  if (whole < 1_000_000) return whole < 100_000 ? 5 : 6
  if (whole < 100_000_000) return whole < 10_000_000 ? 7 : 8
  return 9
}
