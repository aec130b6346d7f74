import { type Logger, pino } from 'pino'

/** One line of a log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>

/** The lines that a logger of pino has written, and who waits for them. */
export class LogLines {
  readonly list: LogLine[] = []
  readonly logger: Logger
  readonly #watchers: { count: number; resolve: () => void }[] = []

  constructor() {
    this.logger = pino({ base: null, timestamp: false }, { write: (text: string) => this.#note(text) })
  }

  /** Resolves with the last line when there are so many. */
  async when(count: number): Promise<LogLine> {
    if (this.list.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#watchers.push({ count, resolve })
      await promise
    }
    return this.list[count - 1] ?? {}
  }

  #note(text: string): void {
    this.list.push(JSON.parse(text))
    for (const { count, resolve } of this.#watchers) if (this.list.length >= count) resolve()
  }
}
