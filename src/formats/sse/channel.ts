import { toBlocks } from '../../body/blocks.ts'
import type { Reply } from '../../reply/reply.ts'
import { type ChannelOptions, type ChannelSettings, toChannelSettings } from './channel-options.ts'
import { ChannelReader, type ChannelState } from './channel-reader.ts'
import { EventLog } from './event-log.ts'
import { eventReply, formatPreface, type SseInit } from './event-reply.ts'
import { formatEvent, type SseItem } from './format-event.ts'
import { ParkedReaders } from './parked-readers.ts'
import { Subscription } from './subscription.ts'

/** What a reader says of itself; a `Context` says it too. */
export interface ReaderPlace {
  /** The id of the last event that it has had; undefined where it comes for the first time. */
  readonly lastEventId?: string | undefined
}

/** One reader in this process. */
export interface SubscribeOptions extends ReaderPlace {
  /** Ends the subscription. */
  readonly signal?: AbortSignal
}

/**
 * Sends each event to many readers, encoded once. It holds the newest events, and of each reader no more than its place:
 * readers that do not read cost no memory. Events that are sent without an `await` between them reach a reader together.
 */
export class Channel {
  readonly #settings: ChannelSettings
  readonly #log: EventLog
  readonly #state: ChannelState

  /** @throws TypeError or RangeError for a bad option. */
  constructor(options: ChannelOptions = {}) {
    this.#settings = toChannelSettings(options)
    this.#log = new EventLog(this.#settings)
    this.#state = {
      settings: this.#settings,
      log: this.#log,
      parked: new ParkedReaders(),
      live: new Set(),
      isClosed: false,
    }
  }

  /** How many readers there are. */
  get readers(): number {
    return this.#state.live.size
  }

  /** True after {@link Channel.close}. */
  get isClosed(): boolean {
    return this.#state.isClosed
  }

  /**
   * Sends an event to every reader, and keeps it for those that come back. An event without an `id` is given one.
   * @returns the id.
   * @throws what {@link formatEvent} throws, and an Error when the channel is closed; then nobody is sent anything.
   */
  send(item: SseItem): string {
    if (this.isClosed) throw new Error('Cannot send an event: the channel is closed')
    const id = this.#log.add(item)
    this.#state.parked.wake()
    return id
  }

  /**
   * Resolves when what was sent has been handed on to every reader that reads, compressed too: await it before long work
   * (G1). Readers that do not read, and those that leave, are not waited for.
   */
  flush(): Promise<void> {
    return this.#state.parked.whenHandedOn(this.#log.newest)
  }

  /**
   * A reply that tells one client the events from here on: first those that it has missed since `lastEventId`, or an event
   * `reset` where they are not here any more. `open(context)` is a whole handler. Nothing is lost or told twice in between.
   * @throws TypeError or RangeError for a bad option.
   */
  open(reader: ReaderPlace = {}, init: SseInit = {}): Reply {
    return eventReply(toBlocks(this.#join(reader, formatPreface(init))), init)
  }

  /** The same for another host, or for this process: blocks of one or more whole events, encoded. It can be read once. */
  subscribe({ lastEventId, signal }: SubscribeOptions = {}): Subscription {
    return new Subscription(this.#join({ lastEventId }, ''), signal)
  }

  /** Ends every stream after what was sent, and after a last event; whoever comes later gets the replay and the end. */
  close(last?: SseItem): void {
    if (this.isClosed) return
    if (last !== undefined) this.#log.add(last)
    this.#state.isClosed = true
    this.#state.parked.wake()
  }

  // The place is taken here and now, so that no event is between the replay and what comes after it.
  #join({ lastEventId }: ReaderPlace, preface: string): ChannelReader {
    const known = lastEventId === undefined ? undefined : this.#log.placeOf(lastEventId)
    if (known !== undefined) return new ChannelReader(this.#state, { place: known, preface })
    const place = this.#settings.replayToNew ? this.#log.replayOldest - 1 : this.#log.newest
    const start = lastEventId === undefined ? this.#formatPlace(place) : this.#formatReset(place)
    return new ChannelReader(this.#state, { place, preface: preface + start })
  }

  // An id without data is no event, and yet the client keeps it: it can come back before it has had any event.
  #formatPlace(place: number): string {
    const id = this.#log.idOf(place)
    return id === undefined ? '' : formatEvent({ id })
  }

  #formatReset(place: number): string {
    return formatEvent({ event: this.#settings.resetEvent, id: this.#log.idOf(place), data: 'gone' })
  }
}

/** A {@link Channel}. */
export function channel(options: ChannelOptions = {}): Channel {
  return new Channel(options)
}
