import type { BlockReader, ReaderSource } from '../../body/source.ts'
import type { ChannelSettings } from './channel-options.ts'
import type { EventLog } from './event-log.ts'
import { formatEvent } from './format-event.ts'
import type { ParkedReader, ParkedReaders } from './parked-readers.ts'

/** What the readers of one channel share. */
export interface ChannelState {
  readonly log: EventLog
  readonly parked: ParkedReaders
  readonly settings: ChannelSettings
  readonly live: Set<object>
  isClosed: boolean
}

/** Where a reader begins. */
export interface ReaderStart {
  readonly place: number
  /** What it is given before any event. */
  readonly preface: string
}

type EventStep = IteratorResult<Uint8Array, undefined>

const over: EventStep = { done: true, value: undefined }

/** One reader of a channel, as the source of a body: a place in the log. It counts from its first block on. */
export class ChannelReader implements ReaderSource, BlockReader, ParkedReader {
  readonly #channel: ChannelState
  #preface: string
  #place: number
  // What was there when it came is replayed, however far behind that is.
  readonly #replayEnd: number
  #tell: ((step: EventStep) => void) | undefined
  #isClosed = false

  constructor(channel: ChannelState, { place, preface }: ReaderStart) {
    this.#channel = channel
    this.#place = place
    this.#preface = preface
    this.#replayEnd = channel.log.newest
  }

  openReader(): BlockReader {
    return this
  }

  next(): EventStep | Promise<EventStep> {
    if (this.#isClosed) return over
    this.#channel.live.add(this)
    if (this.#preface !== '') return this.#takePreface()
    if (this.isDue) return this.#take()
    this.#channel.parked.add(this)
    // What `Promise.withResolvers()` gives besides would be kept while the reader waits.
    return new Promise((resolve) => {
      this.#tell = resolve
    })
  }

  /** What was sent before the end is given before the last block. */
  endWith(block: unknown): unknown {
    const held: unknown[] = this.#preface === '' ? [] : [this.#takePreface().value]
    for (let step = this.#takeDue(); !step.done; step = this.#takeDue()) held.push(step.value)
    return [...held, block]
  }

  leavesAfter(work: PromiseLike<unknown>): void {
    this.#channel.parked.keep(this, this.#place, work)
  }

  return(): void {
    this.#leave()
    this.#answer(over)
  }

  async close(): Promise<void> {
    this.return()
  }

  get isDue(): boolean {
    return this.#place < this.#channel.log.newest || this.#channel.isClosed
  }

  wake(): void {
    this.#answer(this.#take())
  }

  #answer(step: EventStep): void {
    this.#tell?.(step)
    this.#tell = undefined
  }

  #takeDue(): EventStep {
    return this.isDue && !this.#isClosed ? this.#take() : over
  }

  #takePreface(): EventStep {
    const value = Buffer.from(this.#preface)
    this.#preface = ''
    return { done: false, value }
  }

  #take(): EventStep {
    const { log, settings } = this.#channel
    const oldest = this.#place < this.#replayEnd ? log.oldest : log.lagOldest
    const missed = oldest - 1 - this.#place
    if (missed > 0) {
      if (settings.policy === 'disconnect') return this.#leave()
      this.#place = settings.policy === 'latest' ? log.newest - 1 : oldest - 1
      if (settings.policy === 'drop') return this.#tellMissed(missed)
    }
    if (this.#place === log.newest) return this.#leave()
    const { block, place } = log.read(this.#place)
    this.#place = place
    return { done: false, value: block }
  }

  #tellMissed(missed: number): EventStep {
    const text = formatEvent({ event: this.#channel.settings.missedEvent, data: missed })
    return { done: false, value: Buffer.from(text) }
  }

  #leave(): EventStep {
    this.#isClosed = true
    this.#channel.parked.delete(this)
    this.#channel.live.delete(this)
    return over
  }
}
