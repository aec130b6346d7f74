import { setTimeout } from 'node:timers/promises'
import type { ArchiveEntry, Part } from 'millrace/formats'
import { Earth, type Place } from './earth.ts'

export interface NightOptions {
  /** What draws the map; read when the first picture is asked for. */
  readonly places: () => Iterable<Place>
  /** Ends the pictures of every client: the server is closing. */
  readonly stopping: AbortSignal
  /** Milliseconds between two pictures, 80 by default. */
  readonly every?: number
  /** Milliseconds since some moment. */
  readonly now?: () => number
}

/** How much later than the last one a picture is, in milliseconds on earth: a day goes by in 24 seconds. */
const step = 300_000
const hour = 3_600_000

/** The night as it goes round the earth, for any number of clients; all see the same moment. */
export class Night {
  readonly #options: Required<NightOptions>
  readonly #start = Math.floor(Date.now() / step) * step
  #earth: Earth | undefined
  #watching = 0

  constructor({ every = 80, now = () => performance.now(), ...options }: NightOptions) {
    this.#options = { ...options, every, now }
  }

  /** How many clients are watching. */
  get watching(): number {
    return this.#watching
  }

  /** The picture of this moment. */
  picture(): Buffer {
    const { every, now } = this.#options
    return this.#draw(this.#start + Math.floor(now() / every) * step)
  }

  /** A picture for each hour of the day that began last, as files; each is drawn when its turn comes. */
  async *hours(pause: () => PromiseLike<unknown> = () => setTimeout(90)): AsyncGenerator<ArchiveEntry> {
    const day = Math.floor(this.#start / (24 * hour)) * 24 * hour
    for (let index = 0; index < 24; index++) {
      if (index > 0) await pause()
      const time = day + index * hour
      const name = `night/${String(index).padStart(2, '0')}.00.png`
      yield { name, body: this.#draw(time), modified: time }
    }
  }

  /** A picture at once and then one after the other; a client that reads slowly is shown fewer, not older ones. */
  async *pictures(signal: AbortSignal): AsyncGenerator<Part, void, undefined> {
    const { every, stopping } = this.#options
    const ended = AbortSignal.any([signal, stopping])
    this.#watching++
    try {
      while (!ended.aborted) {
        yield { type: 'image/png', body: this.picture() }
        await waitUntil(every, ended)
      }
    } finally {
      this.#watching--
    }
  }

  #draw(time: number): Buffer {
    this.#earth ??= new Earth(this.#options.places())
    return this.#earth.picture(time)
  }
}

async function waitUntil(milliseconds: number, ended: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal: ended })
  } catch (error) {
    // The wait is over either way; its caller looks at the signal.
    if (!ended.aborted) throw error
  }
}
