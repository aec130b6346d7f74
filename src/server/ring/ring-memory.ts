// The memory of a ring between two threads: control words in front, then a power of two of bytes for the records.
// One thread writes records, the other reads them in the same order. `decisions/011-the-ring.md` has the protocol.
//
// HEAD        bytes written since the start, modulo 2³²; stored by the writer. Everything before it is visible.
// LAST        where the last record begins, modulo 2³²; stored by the writer. Its payload may still grow, up to HEAD.
// TAIL        bytes read since the start, modulo 2³²; stored by the reader. Everything before it is free again.
// ASLEEP      1 while the reader sleeps; set by the reader, taken back by whichever side ends the sleep.
// WANTS_ROOM  1 while the writer waits for room; set by the writer, taken back by whichever side ends the wait.
//
// A record is 8 bytes, then its payload, then nothing up to a multiple of 8. Word 0 holds the type in its upper 4 bits
// and the id in the other 28, word 1 the bytes of the payload, once another record has followed. Word 0 is 0 where the
// rest of the memory is padding: a record never goes over the end of the memory, and it is never put without the padding
// before it.

/**
 * Indexes of the control words. Those of different threads are 128 bytes apart: processors fetch lines of 64 bytes,
 * often in pairs.
 */
export const HEAD = 0
export const LAST = 1
export const TAIL = 32
export const ASLEEP = 64
export const WANTS_ROOM = 96

/** Bytes in front of the payload of a record. */
export const RECORD_HEAD = 8

/** Word 0 of what is skipped at the end of the memory; the types of records begin at 1. */
export const PADDING = 0

const controlBytes = 512
const leastBytes = 128
const mostBytes = 2 ** 30

/**
 * Makes the memory of a ring that holds `bytes` of records (default 4 MiB, a power of two from 128 to 2³⁰). `start` is
 * where its positions begin, a multiple of 8; it makes no difference but for tests of positions that overflow.
 * @throws RangeError when `bytes` or `start` is something else.
 */
export function createRing(bytes = 1 << 22, start = 0): SharedArrayBuffer {
  checkBytes(bytes)
  if (start % 8 !== 0) throw new RangeError(`Cannot start a ring at ${start}: give a multiple of 8`)
  const memory = new SharedArrayBuffer(controlBytes + bytes)
  const control = new Int32Array(memory, 0, controlBytes / 4)
  Atomics.store(control, HEAD, start | 0)
  Atomics.store(control, TAIL, start | 0)
  return memory
}

/** What both sides look at a ring through. */
export class RingMemory {
  readonly control: Int32Array
  /** The records, as words. */
  readonly words: Int32Array
  /** The records, as bytes. */
  readonly bytes: Buffer
  /** Bytes of all records together. */
  readonly size: number
  /** The longest payload of a record, in bytes: with its head and its padding it is less than a quarter of the ring. */
  readonly longest: number

  /** @throws RangeError when the memory was not made by `createRing`. */
  constructor(memory: SharedArrayBuffer) {
    this.size = memory.byteLength - controlBytes
    checkBytes(this.size)
    this.control = new Int32Array(memory, 0, controlBytes / 4)
    this.words = new Int32Array(memory, controlBytes, this.size / 4)
    this.bytes = Buffer.from(memory, controlBytes, this.size)
    this.longest = this.size / 8 - RECORD_HEAD
  }
}

function checkBytes(bytes: number): void {
  const isPower = (bytes | 0) === bytes && (bytes & (bytes - 1)) === 0
  if (isPower && bytes >= leastBytes && bytes <= mostBytes) return
  throw new RangeError(`Cannot make a ring of ${bytes} bytes: give a power of two from 128 to 2 ** 30`)
}
