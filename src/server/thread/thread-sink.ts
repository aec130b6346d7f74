// One reply on its way through the ring. What is in the ring is being sent by another thread, whatever this one does
// next (G1); how much of it may be there is bounded by credit, which comes back as the bytes leave (G2).
import { ClientGone, ContractError, LifecycleError, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { Beat, DirectFrames, FirstBlock, Sink } from '../../delivery/sink.ts'
import type { Coding } from '../../reply/selection/encoded-blocks.ts'
import type { RingWriter } from '../ring/ring-writer.ts'
import type { Head } from '../wire.ts'
import { type Outlet, type Put, writeLatin1 } from './outlet.ts'
import { formatFields, formatHead, toTransmitter } from './records.ts'

/** Bytes of one reply that may be on their way: in the ring, in the transmitter, in the socket. */
export const CREDIT = 262_144

// A frame of more bytes travels in pieces, so that other replies get their turn in the ring.
const PIECE = 65_536

/** How long what was handed over may take to leave when the reply has failed, in milliseconds. */
const DRAIN_LIMIT = 2000

interface Waiting {
  readonly frame: Uint8Array
  readonly isPiece: boolean
}

/** A head that is decided when it is known how the body begins. */
export interface ThreadHead {
  frame(first: FirstBlock): Framing
  /** What the transmitter is to encode the body with, decided before `frame`. */
  readonly begin?: ((first: FirstBlock) => Coding | undefined) | undefined
  /** What is to be written; throws for a field that would be refused. */
  write(framing: Framing): Head | undefined
}

/** One reply that another thread sends. */
export class ThreadSink implements Sink, DirectFrames {
  readonly #outlet: Outlet
  readonly #writer: RingWriter
  readonly #id: number
  #head: ThreadHead | undefined
  // Chunks are made where the body leaves: a run of blocks is one.
  #isChunked = false
  #coding: Coding | undefined
  #onTheWay = 0
  // Bytes of the body that were put, as they were put.
  #given = 0
  // What waits for credit or for room, and how much of the first of it has gone.
  #waiting: Waiting[] = []
  #gone = 0
  #last: Put | undefined
  #isQueued = false
  #free: (() => void) | undefined
  #ended: ((extra: number) => void) | undefined
  #drainLimit: NodeJS.Timeout | undefined
  #isAborted = false
  #isDraining = false
  #beatSize = 0

  constructor(outlet: Outlet, id: number, head?: ThreadHead) {
    this.#outlet = outlet
    this.#writer = outlet.writer
    this.#id = id
    this.#head = head
  }

  get held(): boolean {
    return this.#onTheWay >= CREDIT || this.#waiting.length > 0 || this.#isAborted
  }

  get direct(): DirectFrames {
    return this
  }

  /** True while what was given before the reply failed is still to leave: its number is in use until it has. */
  get isDraining(): boolean {
    return this.#isDraining
  }

  frame(first: FirstBlock): Framing {
    if (!this.#head) throw new LifecycleError('Cannot decide the framing: the head has gone out')
    const coding = this.#head.begin?.(first)
    const framing = this.#head.frame(first)
    if (coding && framing.kind === 'length') {
      throw new ContractError(
        'G6',
        `Cannot send a body of ${framing.bytes} bytes in ${coding.encoding}: nobody knows its length; leave Content-Length out`,
      )
    }
    this.#coding = framing.kind === 'none' ? undefined : coding
    this.#isChunked = framing.kind === 'chunked'
    return framing
  }

  /** True for a body that the transmitter encodes, or frames. */
  get takesPlain(): boolean {
    return this.#isChunked || this.#coding !== undefined
  }

  commit(framing: Framing): void {
    const head = this.#head?.write(framing)
    if (head) this.putHead(this.#coding ? { ...head, coding: this.#coding } : head)
    this.#head = undefined
  }

  /** The head, as the transmitter is told it; it becomes visible with the first write, or at the next `push`. */
  putHead(head: Head): void {
    this.#outlet.do(this.#toPut(toTransmitter.head, formatHead(head)))
  }

  putText(text: string): number {
    const at = this.#reserve(text.length * 3)
    if (at < 0) return this.#wait(Buffer.from(text))
    return this.#put(this.#writer.bytes.write(text, at))
  }

  putBytes(block: Uint8Array): number {
    const at = this.#reserve(block.byteLength)
    if (at < 0) return this.#wait(block)
    this.#writer.bytes.set(block, at)
    return this.#put(block.byteLength)
  }

  write(frame: Uint8Array): void {
    this.#give(frame, false)
  }

  writeAll(frames: readonly Uint8Array[]): void {
    for (const [index, frame] of frames.entries()) this.#give(frame, index + 1 < frames.length)
  }

  push(): void {
    this.#writer.publish()
  }

  whenFree(callback: () => void): void {
    this.#free = callback
  }

  beat({ every, frame, size }: Beat): void {
    if (size === 0) return
    this.#beatSize = size
    const bytes = Buffer.alloc(4 + frame.byteLength)
    bytes.writeUInt32LE(Math.ceil(every))
    bytes.set(frame, 4)
    this.#outlet.putBytes(toTransmitter.beat, this.#id, bytes)
  }

  end(last: readonly Uint8Array[], trailers: readonly string[], ended: (extra: number) => void): void {
    this.#ended = ended
    this.writeAll(last)
    const lines = formatFields(trailers)
    this.#outlet.check(lines.length)
    this.#last = this.#toPut(toTransmitter.end, lines)
    this.#schedule()
  }

  abort(error: Error): void {
    this.#isAborted = true
    this.#ended = undefined
    const isUrgent = error instanceof ClientGone || error instanceof ShuttingDown
    if (isUrgent) return this.#breakOff('now')
    this.#isDraining = true
    this.#last = () => {
      this.#breakOff('drained')
      return true
    }
    this.#drainLimit = setTimeout(() => this.#breakOff('now'), DRAIN_LIMIT).unref()
    this.#schedule()
  }

  /** So many bytes have left. */
  onCredit(bytes: number): void {
    this.#onTheWay -= bytes
    this.#schedule()
    this.#tellFree()
  }

  /** Everything has left, and so many heartbeats; or so many bytes, where the transmitter has encoded it. */
  onEnded(count: number): void {
    this.#isDraining = false
    const ended = this.#ended
    this.#ended = undefined
    ended?.(this.#coding ? count - this.#given : count * this.#beatSize)
  }

  /** Nobody takes any of it any more. */
  onGone(): void {
    this.#isDraining = false
    clearTimeout(this.#drainLimit)
    this.#waiting = []
    this.#last = undefined
    this.#isAborted = true
  }

  // The transmitter tells that the reply is over, whichever way it was broken off.
  #breakOff(how: 'now' | 'drained'): void {
    const isDraining = this.#isDraining
    this.onGone()
    this.#isDraining = isDraining
    this.#outlet.putText(toTransmitter.abort, this.#id, how)
  }

  #toPut(type: number, text: string): Put {
    return () => this.#outlet.tryPut(type, this.#id, text.length, (bytes, at) => writeLatin1(bytes, at, text))
  }

  #reserve(size: number): number {
    if (this.#waiting.length > 0 || this.#outlet.isFull || size > this.#writer.longest) return -1
    return this.#writer.reserveMore(toTransmitter.data, this.#id, size)
  }

  #put(size: number): number {
    this.#writer.put(toTransmitter.data, this.#id, size)
    this.#writer.publish()
    this.#onTheWay += size
    this.#given += size
    return size
  }

  // Not copied: the sink is held now, so the application is not asked for the block after it.
  #wait(block: Uint8Array): number {
    this.write(block)
    return block.byteLength
  }

  #give(frame: Uint8Array, isPiece: boolean): void {
    if (frame.byteLength === 0 || this.#isAborted) return
    this.#waiting.push({ frame, isPiece })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    this.#outlet.do(this.#advance)
  }

  // Puts what waits, as far as there is credit; false when there is no room.
  readonly #advance = (): boolean => {
    for (let first = this.#waiting[0]; first && this.#onTheWay < CREDIT; first = this.#waiting[0]) {
      if (!this.#putPiece(first)) return false
    }
    if (this.#waiting.length === 0 && this.#last) {
      if (!this.#last()) return false
      this.#last = undefined
    }
    this.#isQueued = false
    this.#writer.publish()
    this.#tellFree()
    return true
  }

  #putPiece({ frame, isPiece }: Waiting): boolean {
    const size = Math.min(frame.byteLength - this.#gone, PIECE, this.#writer.longest)
    const at = this.#writer.reserve(size)
    if (at < 0) return false
    this.#writer.bytes.set(frame.subarray(this.#gone, this.#gone + size), at)
    this.#gone += size
    const isWhole = this.#gone === frame.byteLength
    this.#writer.put(isWhole && !isPiece ? toTransmitter.data : toTransmitter.piece, this.#id, size)
    this.#onTheWay += size
    this.#given += size
    if (!isWhole) return true
    this.#waiting.shift()
    this.#gone = 0
    return true
  }

  // Half of the credit must be back, so that a client is not waited for block by block.
  #tellFree(): void {
    const free = this.#free
    if (!free || this.held || this.#onTheWay > CREDIT / 2) return
    this.#free = undefined
    queueMicrotask(free)
  }
}
