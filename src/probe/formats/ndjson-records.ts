import { type Findings, quote, type TextFormat } from './text-format.ts'

/** Characters of a line that are kept to be read; a longer one is only counted. */
const longest = 1024 * 1024

/** Counts records, one a line, and reads the first and the last of them. */
export class NdjsonRecords implements TextFormat {
  readonly unitName = 'records'
  #line = ''
  #isTooLong = false
  #first: string | undefined
  #last: string | undefined

  get isInside(): boolean {
    return this.#line.trim() !== ''
  }

  read(text: string): number {
    const lines = text.split('\n')
    let count = 0
    for (const [index, line] of lines.entries()) {
      this.#append(line)
      if (index < lines.length - 1 && this.#endLine()) count++
    }
    return count
  }

  finish(): Findings {
    const rest = this.#line.trim()
    if (this.#isTooLong) return { faults: [], hints: ['its last line is too long to be read'] }
    if (rest !== '' && parse(rest) === undefined) {
      return { faults: [`its last line is cut: ${quote(rest)}`], hints: [] }
    }
    const last = rest === '' ? this.#last : rest
    const hints = rest === '' ? [] : ['its last line has no line end']
    return { faults: last === undefined ? [] : this.#findFaults(last), hints }
  }

  #append(text: string): void {
    if (this.#line.length + text.length > longest) this.#isTooLong = true
    if (!this.#isTooLong) this.#line += text
    else if (text !== '') this.#line = '…'
  }

  #endLine(): boolean {
    const line = this.#line.trim()
    this.#line = ''
    if (line !== '') {
      this.#last = this.#isTooLong ? undefined : line
      this.#first ??= this.#last
    }
    this.#isTooLong = false
    return line !== ''
  }

  #findFaults(last: string): string[] {
    const record = parse(last)
    if (record === undefined) return [`its last line is no JSON: ${quote(last)}`]
    const first = this.#first === last ? undefined : parse(this.#first ?? '')?.value
    return tellsError(record.value, first) ? [`its last record is an error: ${quote(last)}`] : []
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch {
    // That it cannot be read is the answer.
    return undefined
  }
}

// A record that tells of an error where the first one has told of none, and that has nothing of what the first one had.
function tellsError(last: unknown, first: unknown): boolean {
  if (!isRecord(last) || !last['error']) return false
  return !isRecord(first) || !Object.keys(first).some((key) => Object.hasOwn(last, key))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
