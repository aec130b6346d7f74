// The side of a ring that reads; one object in one thread. What its steps and their order are for stands in
// `ring-writer.ts`, the whole protocol in `decisions/011-the-ring.md`.
import { ASLEEP, HEAD, LAST, PADDING, RECORD_HEAD, RingMemory, TAIL, WANTS_ROOM } from './ring-memory.ts'

/**
 * Gets each record: its payload is `bytes` from `start` to `end`, until `read` returns. What a record has grown by since
 * then comes as another one of the same type and id. It must not call the reader.
 */
// oxlint-disable-next-line max-params -- an object for each record would be garbage on the hot path
export type TakeRecord = (type: number, id: number, start: number, end: number) => void

/**
 * Reads the records of a ring. From one sleep to the next a thread does this, whatever woke it up: `read` until it is
 * false, then `sleep`; and that again, until `sleep` is true.
 */
export class RingReader {
  /** The memory of the records. */
  readonly bytes: Buffer
  readonly #wake: () => void
  readonly #control: Int32Array
  readonly #words: Int32Array
  readonly #size: number
  /** Everything before it was taken. */
  #position: number
  /** The last HEAD that was loaded: the real one may be further on. */
  #head: number
  #isAsleep = false
  /** The last LAST that was loaded, never before the HEAD above. */
  #last = 0
  /** The record that was taken last: its word 0, 0 for none yet, and where it begins. */
  #tag = 0
  #start = 0

  /** `wake` must wake the writer's thread; it is called when that waits for room, and there is some again. */
  constructor(memory: SharedArrayBuffer, wake: () => void) {
    const { bytes, control, words, size } = new RingMemory(memory)
    this.bytes = bytes
    this.#wake = wake
    this.#control = control
    this.#words = words
    this.#size = size
    this.#position = Atomics.load(control, TAIL)
    this.#head = Atomics.load(control, HEAD)
  }

  /**
   * Takes the records that are visible, in their order, and gives their memory back at the end, but for the last one's,
   * which may grow. It stops after the record that reaches `limit` bytes (default half the ring), so that the writer
   * gets memory along the way. False when
   * there was none. When `take` throws, its record counts as taken.
   */
  read(take: TakeRecord, limit = this.#size >> 1): boolean {
    if (this.#isAsleep) this.#awake()
    if (this.#position === this.#head) {
      this.#head = Atomics.load(this.#control, HEAD)
      if (this.#position === this.#head) return false
    }
    this.#last = Atomics.load(this.#control, LAST)
    try {
      this.#takeUpTo(limit, take)
    } finally {
      this.#giveRoom()
    }
    return true
  }

  /**
   * Says that this side is about to sleep, so that the next `publish` wakes it. False when there is a record again:
   * then it does not count as sleeping, and reads on.
   */
  sleep(): boolean {
    Atomics.store(this.#control, ASLEEP, 1)
    this.#head = Atomics.load(this.#control, HEAD)
    this.#isAsleep = true
    if (this.#position === this.#head) return true
    this.#awake()
    return false
  }

  #awake(): void {
    this.#isAsleep = false
    Atomics.store(this.#control, ASLEEP, 0)
  }

  #takeUpTo(limit: number, take: TakeRecord): void {
    const mask = this.#size - 1
    const first = this.#position
    const end = this.#head
    let stop = this.#tag === 0 ? first : this.#findStop()
    do {
      if (stop === this.#position) {
        this.#next()
        stop = this.#findStop()
      }
      const at = this.#position & mask
      const size = (stop - this.#position) | 0
      this.#position = stop
      take(this.#tag >>> 28, this.#tag & 0xfffffff, at, at + size)
    } while (this.#position !== end && ((this.#position - first) | 0) < limit)
  }

  #next(): void {
    const position = (this.#position + 7) & -8
    const at = position & (this.#size - 1)
    const tag = this.#words[at >> 2] ?? PADDING
    // Padding is never visible without the record behind it, which stands at the beginning of the memory.
    const padding = tag === PADDING ? this.#size - at : 0
    this.#tag = padding > 0 ? (this.#words[0] ?? PADDING) : tag
    this.#start = (position + padding) | 0
    this.#position = (this.#start + RECORD_HEAD) | 0
  }

  // Where the visible part of a payload ends. The last record has no length yet: it is all there is up to HEAD. Another
  // one may be longer than what was visible when HEAD was loaded: LAST was loaded later.
  #findStop(): number {
    if (this.#start === this.#last) return this.#head
    const length = this.#words[((this.#start & (this.#size - 1)) >> 2) + 1] ?? 0
    const stop = (this.#start + RECORD_HEAD + length) | 0
    return ((stop - this.#head) | 0) > 0 ? this.#head : stop
  }

  // The head of the last record is still needed: only there stands how long it has become.
  #giveRoom(): void {
    Atomics.store(this.#control, TAIL, this.#start)
    if (Atomics.load(this.#control, WANTS_ROOM) === 0) return
    // A quarter is room for the longest record and its padding. Below that, there is more to read and to give back.
    if (((this.#head - this.#start) | 0) > this.#size - (this.#size >> 2)) return
    if (Atomics.compareExchange(this.#control, WANTS_ROOM, 1, 0) === 1) this.#wake()
  }
}
