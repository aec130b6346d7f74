// The newest events of a channel, each encoded once. Its readers keep a place in it and no events of their own, so that
// what a channel holds does not grow with its readers.
//
// Events are numbered from 1; the place `n` is that of a reader which has had event `n`.
import type { ChannelSettings, EventLimits } from './channel-options.ts'
import { formatEvent, isSseEvent, type SseItem } from './format-event.ts'

/** Bytes of events that are given together at most. */
const JOINED = 65_536
/** How many have gone at least when the others are moved. */
const LEAST_MOVED = 32

interface Entry {
  readonly block: Buffer
  /** Bytes of all events before it. */
  readonly start: number
}

/** Events that were read together, and the place after them. */
export interface EventRun {
  readonly block: Buffer
  readonly place: number
}

export class EventLog {
  // Another process, or this one after a restart, has given the same numbers to other events.
  readonly #epoch = crypto.randomUUID().slice(0, 8)
  readonly #lag: Required<EventLimits>
  readonly #replay: Required<EventLimits>
  readonly #entries = new Numbered<Entry>(1)
  #newest = 0
  #bytes = 0
  #lagOldest = 1
  #replayOldest = 1
  // The ids of the places that can be replayed from, and what each of them stands for: one that comes again, its newest.
  readonly #ids = new Numbered<string>(0)
  readonly #places = new Map<string, number>()
  #joined: (EventRun & { from: number }) | undefined

  constructor({ lag, replay }: Pick<ChannelSettings, 'lag' | 'replay'>) {
    this.#lag = lag
    this.#replay = replay
    this.#remember(`${this.#epoch}-0`)
  }

  /** The place of a reader that has had all. */
  get newest(): number {
    return this.#newest
  }

  /** The number of the oldest event that is here. */
  get oldest(): number {
    return this.#entries.oldest
  }

  /** The number of the oldest event that a reader may still have before it. */
  get lagOldest(): number {
    return this.#lagOldest
  }

  /** The number of the oldest event that is replayed. */
  get replayOldest(): number {
    return this.#replayOldest
  }

  /** Encodes an event and keeps it; gives its id, its own or one that is made for it. */
  add(item: SseItem): string {
    const own = isSseEvent(item) ? item.id : undefined
    const id = own === undefined ? `${this.#epoch}-${this.#newest + 1}` : String(own)
    const text = own === undefined ? `id: ${id}\n${formatEvent(item)}` : formatEvent(item)
    const block = Buffer.from(text)
    this.#entries.push({ block, start: this.#bytes })
    this.#bytes += block.byteLength
    this.#newest++
    this.#remember(id)
    this.#forget()
    return id
  }

  /** The place after the event with this id, undefined when it cannot be replayed from there. */
  placeOf(id: string): number | undefined {
    return this.#places.get(id)
  }

  /** The id that stands for a place from which it can be replayed; undefined where there is none. */
  idOf(place: number): string | undefined {
    const id = this.#ids.at(place)
    return id !== undefined && this.#places.get(id) === place ? id : undefined
  }

  /** The events after a place, as many as go together; the place must be that before an event that is here. */
  read(from: number): EventRun {
    const next = from + 1
    if (next === this.#newest) return { block: this.#entry(next).block, place: next }
    // Readers that have waited for the same events are given the same bytes.
    if (this.#joined?.from !== from || this.#joined.place < this.#newest) this.#joined = this.#join(from)
    return this.#joined
  }

  #join(from: number): EventRun & { from: number } {
    const { start } = this.#entry(from + 1)
    const blocks: Buffer[] = []
    let place = from
    while (place < this.#newest) {
      const entry = this.#entry(place + 1)
      if (place > from && entry.start + entry.block.byteLength - start > JOINED) break
      blocks.push(entry.block)
      place++
    }
    const [first] = blocks
    return { from, place, block: first && blocks.length === 1 ? first : Buffer.concat(blocks) }
  }

  #entry(number: number): Entry {
    const entry = this.#entries.at(number)
    if (entry) return entry
    throw new RangeError(`Cannot read event ${number}: those from ${this.oldest} to ${this.#newest} are here`)
  }

  #remember(id: string): void {
    this.#ids.push(id)
    this.#places.set(id, this.#newest)
  }

  #forget(): void {
    this.#lagOldest = this.#advance(this.#lagOldest, this.#lag)
    this.#replayOldest = this.#advance(this.#replayOldest, this.#replay)
    this.#entries.forget(Math.min(this.#lagOldest, this.#replayOldest))
    for (let place = this.#ids.oldest; place < this.#replayOldest - 1; place++) {
      const id = this.idOf(place)
      if (id !== undefined) this.#places.delete(id)
    }
    this.#ids.forget(this.#replayOldest - 1)
  }

  #advance(oldest: number, { events, bytes }: Required<EventLimits>): number {
    if (events === 0) return this.#newest + 1
    let number = oldest
    while (number < this.#newest && this.#isBeyond(number, events, bytes)) number++
    return number
  }

  #isBeyond(number: number, events: number, bytes: number): boolean {
    return this.#newest - number >= events || this.#bytes - this.#entry(number).start > bytes
  }
}

// Items that are numbered one after the other, of which the oldest go: a long list without its first is a list moved.
class Numbered<Item> {
  #items: (Item | undefined)[] = []
  #start = 0
  #oldest: number

  constructor(first: number) {
    this.#oldest = first
  }

  get oldest(): number {
    return this.#oldest
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  at(number: number): Item | undefined {
    return number < this.#oldest ? undefined : this.#items[this.#start + number - this.#oldest]
  }

  /** Lets go of those before this one. */
  forget(before: number): void {
    for (; this.#oldest < before; this.#oldest++) this.#items[this.#start++] = undefined
    // Moved when half of them have gone: each is moved once, however many there are.
    if (this.#start < LEAST_MOVED || this.#start * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#start)
    this.#start = 0
  }
}
