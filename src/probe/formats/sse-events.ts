import { createParser } from 'eventsource-parser'
import { type Findings, quote, type TextFormat } from './text-format.ts'

/** Characters of one event; what is longer is not read any further. */
const longest = 16 * 1024 * 1024

/** Counts events. An event without a blank line behind it is never seen by any client. */
export class SseEvents implements TextFormat {
  readonly unitName = 'events'
  #count = 0
  #last: { event?: string | undefined; data: string } | undefined
  #unknown: string | undefined
  #isTooLong = false
  readonly #open = new OpenEvent()
  readonly #parser = createParser({
    maxBufferSize: longest,
    onEvent: (event) => {
      this.#count++
      this.#last = event
    },
    onError: ({ type, line }) => {
      if (type === 'max-buffer-size-exceeded') this.#isTooLong = true
      else if (type === 'unknown-field') this.#unknown ??= line ?? ''
    },
  })

  get isInside(): boolean {
    return this.#open.isOpen
  }

  read(text: string): number {
    if (this.#isTooLong) return 0
    const before = this.#count
    this.#parser.feed(text)
    this.#open.read(text)
    return this.#count - before
  }

  finish(): Findings {
    const hints: string[] = []
    if (this.#unknown !== undefined)
      hints.push(`it has lines that are no fields of SSE: ${quote(this.#unknown)}`)
    if (this.#isTooLong) hints.push('it has an event of more than 16 MiB, and was not read further')
    return { faults: this.#isTooLong ? [] : this.#findFaults(), hints }
  }

  #findFaults(): string[] {
    if (this.#open.isOpen) return ['its last event has no blank line behind it, so no client will see it']
    if (this.#last?.event !== 'error') return []
    return [`its last event is an error, ${quote(this.#last.data)}`]
  }
}

/** Knows whether text ends in the middle of an event. Comments belong to none. */
class OpenEvent {
  #hasFields = false
  #line = ''
  #endsInReturn = false

  get isOpen(): boolean {
    return this.#hasFields || (this.#line !== '' && this.#line !== ':')
  }

  read(text: string): void {
    const rest = this.#endsInReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') this.#endsInReturn = text.endsWith('\r')
    const lines = rest.split(/\r\n|\r|\n/)
    for (const [index, line] of lines.entries()) {
      // Only the first character of a line decides.
      if (this.#line === '') this.#line = line.slice(0, 1)
      if (index < lines.length - 1) this.#endLine()
    }
  }

  #endLine(): void {
    if (this.#line === '') this.#hasFields = false
    else if (this.#line !== ':') this.#hasFields = true
    this.#line = ''
  }
}
