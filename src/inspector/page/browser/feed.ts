// The stream of what happens on the server. It comes back by itself, and tells while it is away.
import type { Snapshot, Turn } from '../../inspector-event.ts'

/** What a feed is told to: `gone` each time that the connection is lost, or cannot be made. */
export interface FeedListener {
  snapshot(snapshot: Snapshot): void
  turn(turn: Turn): void
  gone(): void
}

// In milliseconds. An `EventSource` would try again by itself, but not where the server has answered with an error.
const retryAfter = 1_000
const restAfter = 60_000

/** Reads `events` as long as somebody can see the page, and a minute longer. */
export class Feed {
  readonly #url: string
  readonly #listener: FeedListener
  #source: EventSource | undefined
  #retry: number | undefined
  #rest: number | undefined

  constructor(url: string, listener: FeedListener) {
    this.#url = url
    this.#listener = listener
    document.addEventListener('visibilitychange', () => this.#see())
    this.#open()
  }

  #open(): void {
    this.#source?.close()
    const source = new EventSource(this.#url)
    source.addEventListener('snapshot', ({ data }) => this.#listener.snapshot(JSON.parse(data)))
    source.addEventListener('turn', ({ data }) => this.#listener.turn(JSON.parse(data)))
    source.addEventListener('error', () => this.#lose(source))
    this.#source = source
  }

  #lose(source: EventSource): void {
    source.close()
    if (source !== this.#source) return
    this.#listener.gone()
    this.#retry = window.setTimeout(() => this.#open(), retryAfter)
  }

  // Nobody sees it: the server need not watch for it.
  #see(): void {
    window.clearTimeout(this.#rest)
    if (document.visibilityState === 'hidden') this.#rest = window.setTimeout(() => this.#leave(), restAfter)
    else if (!this.#source) this.#open()
  }

  #leave(): void {
    window.clearTimeout(this.#retry)
    this.#source?.close()
    this.#source = undefined
  }
}
