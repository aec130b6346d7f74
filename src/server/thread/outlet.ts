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

  do(put: Put): void {
    if (this.#waiting.length > 0 || !put()) this.#waiting.push(put)
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

  /** A record with text of latin1. */
  putText(type: number, id: number, text: string): void {
    const { writer } = this
    this.check(text.length)
    this.do(() => {
      const at = writer.reserve(text.length)
      if (at < 0) return false
      if (text !== '') writer.bytes.write(text, at, 'latin1')
      writer.put(type, id, text.length)
      writer.publish()
      return true
    })
  }

  /** A record with bytes, which must not change until there is room. */
  putBytes(type: number, id: number, bytes: Uint8Array): void {
    const { writer } = this
    this.check(bytes.byteLength)
    this.do(() => {
      const at = writer.reserve(bytes.byteLength)
      if (at < 0) return false
      writer.bytes.set(bytes, at)
      writer.put(type, id, bytes.byteLength)
      writer.publish()
      return true
    })
  }

  /** A record with a number of up to 48 bits. */
  putNumber(type: number, id: number, value: number): void {
    const { writer } = this
    this.do(() => {
      const at = writer.reserve(6)
      if (at < 0) return false
      writer.bytes.writeUIntLE(value, at, 6)
      writer.put(type, id, 6)
      writer.publish()
      return true
    })
  }

  /** A record without a payload that nobody waits for: it becomes visible with what comes after it. */
  putRelease(type: number, id: number): void {
    const { writer } = this
    this.do(() => {
      if (writer.reserve(0) < 0) return false
      writer.put(type, id, 0)
      return true
    })
  }

  /** A record without a payload. */
  putSignal(type: number, id: number): void {
    this.putText(type, id, '')
  }
}
