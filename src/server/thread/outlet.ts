import { RingWriter } from '../ring/ring-writer.ts'

/** Puts records into a ring; false when there is no room, then it is tried again. */
export type Put = () => boolean

/** The end of a ring that a thread writes into. It never waits: what finds no room is put in order when there is some. */
export class Outlet {
  readonly writer: RingWriter
  #waiting: Put[] = []

  /** `wake` must wake the thread that reads. */
  constructor(memory: SharedArrayBuffer, wake: () => void) {
    this.writer = new RingWriter(memory, wake)
  }

  /** True while something waits for room: whatever comes after it has to wait too. */
  get isFull(): boolean {
    return this.#waiting.length > 0
  }

  /** Puts now, or when there is room; false where it has to wait. */
  do(put: Put): boolean {
    if (this.#waiting.length === 0 && put()) return true
    this.#waiting.push(put)
    return false
  }

  /** What has had to wait need not be put any more. */
  forget(put: Put): void {
    const at = this.#waiting.indexOf(put)
    if (at >= 0) this.#waiting.splice(at, 1)
  }

  /** The other thread may have made room. */
  retry(): void {
    if (this.#waiting.length === 0) return
    let count = 0
    try {
      while (count < this.#waiting.length && this.#waiting[count]?.() === true) count++
    } catch (error) {
      // It is not tried again; what was before it is not put twice.
      count++
      throw error
    } finally {
      this.#waiting = this.#waiting.slice(count)
      this.writer.publish()
    }
  }

  /** @throws RangeError for a payload that can never have room: now, and not when its turn has come. */
  check(size: number): void {
    const { longest } = this.writer
    if (size <= longest) return
    throw new RangeError(
      `Cannot send ${size} bytes in one record: ${longest} are the most; send less at once`,
    )
  }

  /** A record whose payload `fill` writes into the ring, from an offset on: as many bytes as it gives, `most` at most. */
  // oxlint-disable-next-line max-params -- an object for each record would be garbage on the way of every reply
  put(type: number, id: number, most: number, fill: (bytes: Buffer, at: number) => number): void {
    this.check(most)
    this.do(() => this.tryPut(type, id, most, fill) && this.#publish())
  }

  /** The same for a record that becomes visible with what comes after it; false when there is no room. */
  // oxlint-disable-next-line max-params -- as above
  tryPut(type: number, id: number, most: number, fill: (bytes: Buffer, at: number) => number): boolean {
    const { writer } = this
    const at = writer.reserve(most)
    if (at < 0) return false
    writer.put(type, id, fill(writer.bytes, at))
    return true
  }

  /** A record with text of latin1. */
  putText(type: number, id: number, text: string): void {
    this.put(type, id, text.length, (bytes, at) => writeLatin1(bytes, at, text))
  }

  /** The same, visible at once; false when there is no room. */
  tryPutText(type: number, id: number, text: string): boolean {
    return this.tryPut(type, id, text.length, (bytes, at) => writeLatin1(bytes, at, text)) && this.#publish()
  }

  /** The same for what may be left out: it is where there is no room, and nothing is kept of it. */
  offerText(type: number, id: number, text: string): void {
    if (!this.isFull && text.length <= this.writer.longest) this.tryPutText(type, id, text)
  }

  /** A record with bytes, which must not change until there is room. */
  putBytes(type: number, id: number, payload: Uint8Array): void {
    this.put(type, id, payload.byteLength, (bytes, at) => {
      bytes.set(payload, at)
      return payload.byteLength
    })
  }

  /** A record with a number of up to 48 bits. */
  putNumber(type: number, id: number, value: number): void {
    this.put(type, id, 6, (bytes, at) => bytes.writeUIntLE(value, at, 6) - at)
  }

  /** A record without a payload that nobody waits for: it becomes visible with what comes after it. */
  putRelease(type: number, id: number): void {
    this.do(() => this.tryPut(type, id, 0, () => 0))
  }

  /** A record without a payload. */
  putSignal(type: number, id: number): void {
    this.put(type, id, 0, () => 0)
  }

  #publish(): true {
    this.writer.publish()
    return true
  }
}

/** Writes text into a ring, a byte for each of its units; gives their number. */
export function writeLatin1(bytes: Buffer, at: number, text: string): number {
  return text === '' ? 0 : bytes.write(text, at, 'latin1')
}
