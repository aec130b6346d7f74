import { closeLate, closeValues } from './close-values.ts'
import type { LaterPlaces } from './html-writer.ts'
import { formatPart, type Later } from './later.ts'

/** Renders the parts of a page that come later. */
export interface PartReader {
  /** The whole text of a part. */
  collect(): Promise<string>
  /** Closes what the part has opened; gives what the closers threw. */
  end(): Promise<unknown[]>
}

/** Makes a reader of one part; the places in it are those of the page too. */
export type OpenPart = (value: unknown, places: LaterPlaces) => PartReader

interface Entry {
  readonly id: string
  readonly later: Later
  /** The part in which its place is; it has to be shown first. */
  readonly parent: Entry | undefined
  isShown: boolean
  result: { html: string } | { error: unknown } | undefined
  inside: Entry[]
}

/** The parts of one page that come later: each is made when its place has left, and given out when it is ready. */
export class Laters implements LaterPlaces {
  readonly #open: OpenPart
  readonly #nonce: string | undefined
  readonly #readers = new Set<PartReader>()
  readonly #errors: unknown[] = []
  #count = 0
  #added: Entry[] = []
  #due = 0
  #ready: Entry[] = []
  #wake: (() => void) | undefined
  #isClosed = false

  constructor(open: OpenPart, nonce: string | undefined) {
    this.#open = open
    this.#nonce = nonce
  }

  add(later: Later, parent?: Entry): string {
    const id = `later-${++this.#count}`
    const entry: Entry = { id, later, parent, isShown: false, result: undefined, inside: [] }
    if (parent) parent.inside.push(entry)
    else this.#due++
    this.#added.push(entry)
    // What is inside of a part waits for nobody: it is shown after its part in any case.
    if (parent) queueMicrotask(() => this.begin())
    return id
  }

  /** Begins to make the parts whose places have left. */
  begin(): void {
    if (this.#added.length === 0) return
    const added = this.#added
    this.#added = []
    for (const entry of added) void this.#make(entry)
  }

  /**
   * The next part that is ready, a promise to wait for where none is, or undefined when no more are due.
   * @throws what a part has failed with.
   */
  take(): string | Promise<void> | undefined {
    const entry = this.#ready.shift()
    if (entry) return this.#show(entry)
    if (this.#due === 0) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }

  /** Closes every part, made or not; gives what the closers threw. */
  async close(): Promise<unknown[]> {
    this.#isClosed = true
    const readers = [...this.#readers].map((reader) => this.#end(reader))
    this.#errors.push(...(await closeValues(this.#added.map(({ later }) => later))))
    this.#added = []
    await Promise.all(readers)
    return this.#errors
  }

  async #make(entry: Entry): Promise<void> {
    const { content, onError } = entry.later
    try {
      entry.result = { html: await this.#render(content, entry) }
    } catch (error) {
      entry.result = onError ? await this.#substitute(entry, () => onError(error)) : { error }
    }
    if (!entry.parent || entry.parent.isShown) this.#finish(entry)
  }

  async #substitute(entry: Entry, make: () => unknown): Promise<Entry['result']> {
    // The places in what has failed are never shown, so neither are their parts.
    entry.inside = []
    try {
      return { html: await this.#render(make(), entry) }
    } catch (error) {
      return { error }
    }
  }

  async #render(value: unknown, entry: Entry): Promise<string> {
    if (this.#isClosed) return closeLate(value).then(() => '')
    const reader = this.#open(value, { add: (later) => this.add(later, entry) })
    this.#readers.add(reader)
    try {
      return await reader.collect()
    } finally {
      await this.#end(reader)
    }
  }

  async #end(reader: PartReader): Promise<void> {
    this.#readers.delete(reader)
    this.#errors.push(...(await reader.end()))
  }

  #finish(entry: Entry): void {
    this.#ready.push(entry)
    this.#wake?.()
    this.#wake = undefined
  }

  #show(entry: Entry): string {
    const { id, result, inside } = entry
    this.#due--
    entry.isShown = true
    if (!result || 'error' in result) throw result?.error
    this.#due += inside.length
    for (const one of inside) if (one.result) this.#finish(one)
    return formatPart(id, result.html, this.#nonce)
  }
}
