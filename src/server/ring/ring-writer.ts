// The side of a ring that writes; one object in one thread. The order of its steps is what makes it right:
//
// publish  stores HEAD, then loads ASLEEP. The reader stores ASLEEP, then loads HEAD. Atomics are sequentially
//          consistent, so one of them sees the other: a reader never sleeps over a record.
// reserve  stores WANTS_ROOM, then loads TAIL. The reader stores TAIL, then loads WANTS_ROOM: the same, for room.
// publish  stores LAST before HEAD. The reader loads HEAD before LAST: it never takes a record that may still grow for
//          one that is complete, so it never reads the length of a record that this side may still write.
// payload  is written before HEAD is stored and read after HEAD was loaded; and it is overwritten only after a TAIL
//          was loaded that the reader stored when it was done with it. So plain writes are enough.
import { ASLEEP, HEAD, LAST, PADDING, RECORD_HEAD, RingMemory, TAIL, WANTS_ROOM } from './ring-memory.ts'

const none = -1

/** Writes records into a ring: `reserve`, write the payload into `bytes`, `put`; then `publish`. */
export class RingWriter {
  /** The memory of the records. */
  readonly bytes: Buffer
  /** The longest payload of one record, in bytes. */
  readonly longest: number
  readonly #wake: () => void
  readonly #control: Int32Array
  readonly #words: Int32Array
  readonly #size: number
  /** Behind the last record that was put; HEAD follows it at `publish`. */
  #position: number
  #published: number
  /** The last TAIL that was loaded: the real one may be further on. */
  #tail: number
  /** Where the reserved record begins, and the bytes its payload may have. */
  #start = 0
  #reserved = none
  /** True when that is behind the payload of the record that was put last. */
  #isMore = false
  /** The record that was put last: its word 0, where it begins, and the bytes of its payload so far. */
  #tag = 0
  #last = 0
  #length = 0
  #publishedLast = 0

  /** `wake` must wake the reader's thread; it is called when there are new records and the reader sleeps. */
  constructor(memory: SharedArrayBuffer, wake: () => void) {
    const { bytes, control, words, size, longest } = new RingMemory(memory)
    this.bytes = bytes
    this.longest = longest
    this.#wake = wake
    this.#control = control
    this.#words = words
    this.#size = size
    this.#position = Atomics.load(control, HEAD)
    this.#published = this.#position
    this.#tail = Atomics.load(control, TAIL)
  }

  /**
   * Finds room for a record with a payload of up to `size` bytes, and gives the offset in `bytes` where it is written;
   * nothing is kept of an earlier reservation that was not put. Gives -1 when there is no room: then everything put is
   * published, and the reader wakes this side when there is room again (not always enough: ask again).
   * @throws RangeError when `size` is more than `longest`.
   */
  reserve(size: number): number {
    if (size >>> 0 !== size || size > this.longest) this.#refuseSize(size)
    const need = (RECORD_HEAD + 7 + size) & -8
    const position = (this.#position + 7) & -8
    const at = position & (this.#size - 1)
    const padding = at + need > this.#size ? this.#size - at : 0
    const end = position + padding + need
    if (((end - this.#tail) | 0) > this.#size && !this.#findRoom(end)) return -1
    if (padding > 0) this.#words[at >> 2] = PADDING
    this.#start = (position + padding) | 0
    this.#reserved = size
    this.#isMore = false
    return (padding > 0 ? 0 : at) + RECORD_HEAD
  }

  /**
   * The same for a payload that goes on: where the record that was put last is of this type and id, and there is room
   * behind it, it grows by what is put. The reader may take it in one piece or in several, cut where it was published.
   */
  reserveMore(type: number, id: number, size: number): number {
    if (!this.#canGrow((type << 28) | id, size)) return this.reserve(size)
    this.#reserved = size
    this.#isMore = true
    return this.#position & (this.#size - 1)
  }

  /**
   * Completes what was reserved, with the bytes it really has. `type` is 1 to 15, `id` has 28 bits.
   * It is visible after the next `publish`.
   * @throws RangeError without a reservation, or for a payload, type or id beyond its bounds.
   */
  put(type: number, id: number, size: number): void {
    if (size >>> 0 !== size || size > this.#reserved) this.#refusePut(size)
    if ((type & 15) !== type || type === 0 || (id & 0xfffffff) !== id) this.#refuseTag(type, id)
    if (this.#isMore) this.#length += size
    else this.#begin((type << 28) | id, size)
    this.#words[((this.#last & (this.#size - 1)) >> 2) + 1] = this.#length
    this.#position = (this.#last + RECORD_HEAD + this.#length) | 0
    this.#reserved = none
  }

  /** Makes every record that was put visible to the reader, and wakes it if it sleeps. */
  publish(): void {
    if (this.#position === this.#published) return
    this.#published = this.#position
    if (this.#last !== this.#publishedLast) {
      this.#publishedLast = this.#last
      Atomics.store(this.#control, LAST, this.#last)
    }
    Atomics.store(this.#control, HEAD, this.#position)
    if (Atomics.load(this.#control, ASLEEP) === 0) return
    if (Atomics.compareExchange(this.#control, ASLEEP, 1, 0) === 1) this.#wake()
  }

  // Never over the end of the memory, and without a look at TAIL: a record of its own looks.
  #canGrow(tag: number, size: number): boolean {
    if (tag !== this.#tag || this.#length + size > this.longest) return false
    const at = this.#position & (this.#size - 1)
    if (at === 0 || at + size > this.#size) return false
    return ((this.#position + size - this.#tail) | 0) <= this.#size
  }

  #begin(tag: number, size: number): void {
    this.#words[(this.#start & (this.#size - 1)) >> 2] = tag
    this.#tag = tag
    this.#last = this.#start
    this.#length = size
  }

  #findRoom(end: number): boolean {
    this.#tail = Atomics.load(this.#control, TAIL)
    if (((end - this.#tail) | 0) <= this.#size) return true
    // The reader must see what fills the ring before this side waits for it.
    this.publish()
    Atomics.store(this.#control, WANTS_ROOM, 1)
    this.#tail = Atomics.load(this.#control, TAIL)
    if (((end - this.#tail) | 0) > this.#size) return false
    Atomics.store(this.#control, WANTS_ROOM, 0)
    return true
  }

  #refuseSize(size: number): never {
    throw new RangeError(
      `Cannot reserve ${size} bytes in the ring: ${this.longest} are the most; send it in pieces`,
    )
  }

  #refusePut(size: number): never {
    throw new RangeError(
      this.#reserved === none
        ? 'Cannot put a record: nothing is reserved; call reserve() before each put()'
        : `Cannot put a record of ${size} bytes: ${this.#reserved} are reserved; reserve what it may need`,
    )
  }

  #refuseTag(type: number, id: number): never {
    throw new RangeError(`Cannot put a record of type ${type}, id ${id}: use types 1 to 15, ids of 28 bits`)
  }
}
