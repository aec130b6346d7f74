import { formatCount } from '../report/format-bytes.ts'
import type { Findings, TextFormat } from './text-format.ts'

const delimiters = [',', ';', '\t', '|']

/** Counts records of CSV, with quoted fields, and knows their widths (RFC 4180). */
export class CsvRecords implements TextFormat {
  readonly unitName = 'records'
  #isQuoted = false
  /** At the beginning of a field, where a quote opens. */
  #isFieldStart = true
  #isEmpty = true
  #counts = new Map<string, number>()
  #delimiter: string | undefined
  /** Fields of each record: of all but the last two, while they are the same; then of the last. */
  #width: number | undefined
  #isRagged = false
  #last: number | undefined
  #count = 0
  #endsInReturn = false

  get isInside(): boolean {
    return this.#isQuoted || !this.#isEmpty
  }

  read(text: string): number {
    const before = this.#count
    for (let at = this.#skip(text, 0); at < text.length; at = this.#skip(text, at + 1))
      this.#step(text.charAt(at))
    return this.#count - before
  }

  // Most characters stand inside of a field, and change nothing there.
  #skip(text: string, at: number): number {
    const sign = this.#isQuoted ? /"/g : /["\r\n,;\t|]/g
    sign.lastIndex = at
    const next = sign.test(text) ? sign.lastIndex - 1 : text.length
    if (next > at && !this.#isQuoted) {
      this.#isEmpty = false
      this.#isFieldStart = false
      this.#endsInReturn = false
    }
    return next
  }

  finish(isCounted: boolean): Findings {
    const faults = this.#findFaults()
    if (this.#isEmpty || faults.length > 0) return { faults, hints: [] }
    const missing = 'its last record has no line end'
    // Some leave the last line end out. Where the length was known, the record is whole all the same.
    return isCounted || this.#count === 0
      ? { faults: [], hints: [missing] }
      : { faults: [missing], hints: [] }
  }

  #findFaults(): string[] {
    if (this.#isQuoted)
      return [`a quoted field is still open at its end, in record ${formatCount(this.#count + 1)}`]
    const isOpen = !this.#isEmpty
    const last = isOpen ? this.#fieldCount() : this.#last
    const width = isOpen ? this.#fold() : this.#width
    if (last === undefined || width === undefined || this.#isRagged || last >= width) return []
    const what = isOpen ? 'its last record is cut' : 'its last record is short'
    return [`${what}: it has ${last} of ${width} fields${isOpen ? ', and no line end' : ''}`]
  }

  #step(character: string): void {
    const isSecondHalf = this.#endsInReturn && character === '\n'
    this.#endsInReturn = character === '\r' && !this.#isQuoted
    if (isSecondHalf) return
    if (character === '"' && (this.#isQuoted || this.#isFieldStart)) this.#quote()
    else if (!this.#isQuoted) this.#stepPlain(character)
  }

  #stepPlain(character: string): void {
    if (character === '\n' || character === '\r') this.#endRecord()
    else this.#take(character)
  }

  // A quote inside quotes closes them; of two, the second one opens them again.
  #quote(): void {
    this.#isQuoted = !this.#isQuoted
    this.#isFieldStart = !this.#isQuoted
    this.#isEmpty = false
  }

  #take(character: string): void {
    this.#isEmpty = false
    const isBetween =
      this.#delimiter === undefined ? delimiters.includes(character) : character === this.#delimiter
    this.#isFieldStart = isBetween
    if (isBetween) this.#counts.set(character, (this.#counts.get(character) ?? 0) + 1)
  }

  #endRecord(): void {
    if (!this.#isEmpty) {
      // What separates the fields is what stands most often in the first record.
      this.#delimiter ??= [...this.#counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? ','
      this.#width = this.#fold()
      this.#last = this.#fieldCount()
      this.#count++
    }
    this.#counts.clear()
    this.#isEmpty = true
    this.#isFieldStart = true
  }

  #fold(): number | undefined {
    if (this.#last === undefined) return this.#width
    if (this.#width !== undefined && this.#last !== this.#width) this.#isRagged = true
    return this.#width ?? this.#last
  }

  #fieldCount(): number {
    return (this.#counts.get(this.#delimiter ?? ',') ?? 0) + 1
  }
}
