// The bytes of one reply on their way through node:http2, which sends in an immediate of its own: what was written is
// held until the callback of its write has come, and that is when the operating system has taken it (G1). Only one
// piece at a time is given to the session, which counts what it holds; the rest waits here (G2).
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Paced } from '../guard/rate-guard.ts'
import type { RateSample } from '../guard/rate-window.ts'
import { toHandleSample } from '../guard/to-sample.ts'

// Bytes that are given to the session at once: how much of them has left is not known before all have. So a client that
// lets them wait is given few, and one that takes them at once is given more, as each costs a turn of the event loop.
const LEAST_PIECE = 2048
const FIRST_PIECE = 16_384
const LARGEST_PIECE = 65_536

/** Milliseconds in which a piece is taken at once. */
const QUICK = 10

/** How long what was handed over may take to leave when the reply has failed, in milliseconds. */
const DRAIN_LIMIT = 2000

// Looks at whether the end has left: in the next turns of the event loop, and then less often, in milliseconds.
const QUICK_LOOKS = 8
const SLOW_LOOK = 20

export interface Http2OutletPlan {
  readonly stream: ServerHttp2Stream
  readonly socket: Socket
  /** False when the session of the stream was broken off. */
  readonly isAlive: () => boolean
  /** Called once when the stream is closed, unless all of it had left by then. */
  readonly gone: () => void
}

/** What one stream is given, in order. */
export class Http2Outlet implements Paced {
  readonly #stream: ServerHttp2Stream
  readonly #socket: Socket
  #waiting: Uint8Array[] = []
  #isWriting = false
  #piece = FIRST_PIECE
  #writtenAt = 0
  // Bytes since the stream was opened.
  #given = 0
  #taken = 0
  #isShut = false
  #isHeadLeaving = false
  #free: (() => void) | undefined
  #ended: (() => void) | undefined
  #isEnding = false
  #isAwaitingEnd = false
  #looks = 0
  // Closed after its end was sent, as far as the session goes; the socket may still hold it.
  #isCleanlyClosed = false
  readonly #gone: () => void

  constructor({ stream, socket, isAlive, gone }: Http2OutletPlan) {
    this.#stream = stream
    this.#socket = socket
    this.#gone = gone
    stream.on('close', () => this.#onClose(isAlive()))
  }

  /** True while anything of it is in the memory of this process, and for ever when the stream was broken off. */
  get held(): boolean {
    return this.#isWriting || this.#isHeadLeaving || this.#waiting.length > 0 || this.#stream.destroyed
  }

  give(frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      if (frame.byteLength === 0) continue
      this.#waiting.push(frame)
      this.#given += frame.byteLength
    }
    this.#advance()
  }

  /** A head was written, and nothing that goes with it: it is held until it has left. */
  giveHead(): void {
    this.#isHeadLeaving = true
    this.#look(
      () => this.#isFlushed(),
      () => this.#onHeadLeft(),
    )
  }

  /** Calls back once when nothing is held; never when the stream is broken off first. */
  whenFree(callback: () => void): void {
    this.#free = callback
  }

  /** Gives the last bytes, and the end; calls back when all of it is with the operating system. */
  end(frames: readonly Uint8Array[], ended: () => void): void {
    this.#isEnding = true
    this.#ended = ended
    // A request that nobody reads flows away. node:http2 would take the end for sent, where the client lets it wait for
    // its window, and reset the stream of a request that nobody has read.
    this.#stream.resume()
    this.give(frames)
    if (!this.#isWriting) this.#endStream()
  }

  /**
   * Breaks it off; where it is not urgent, what was given leaves first, if it does so in time. `close` of node:http2
   * would send an end before the reset, as of a whole body (G4); `destroy` with an error does not.
   */
  abort(error: Error, { isUrgent = false } = {}): void {
    if (isUrgent || !this.held) return this.#break(error)
    const timer = setTimeout(() => this.#break(error), DRAIN_LIMIT).unref()
    this.#stream.once('close', () => clearTimeout(timer))
    this.whenFree(() => this.#break(error))
  }

  reset(): void {
    this.#break(new Error('Cannot finish the reply: its client takes too little of it'))
  }

  toSample(): RateSample | undefined {
    const isShut = this.#isShut
    this.#isShut = false
    if (!this.#isWriting || this.#stream.destroyed) return undefined
    this.#piece = LEAST_PIECE
    this.#lookAtWindow()
    return { given: this.#given, taken: this.#taken, isShut }
  }

  // Nobody tells the window of a stream. What has not left after the session had its turn, with a socket that holds
  // nothing, waits for it; a thread that was busy is not taken for a client that is slow. The next sample says so.
  #lookAtWindow(): void {
    const taken = this.#taken
    const look = (): void => {
      this.#isShut = this.#isWriting && this.#taken === taken && this.#isFlushed()
    }
    setImmediate(() => setImmediate(look))
  }

  #break(error: Error): void {
    this.#waiting = []
    this.#free = undefined
    this.#ended = undefined
    this.#stream.destroy(error)
  }

  #advance(): void {
    if (this.#isWriting || this.#waiting.length === 0 || this.#stream.destroyed) return
    this.#isWriting = true
    this.#writtenAt = performance.now()
    const pieces = this.#take()
    const size = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
    const last = pieces.pop()
    if (pieces.length > 0) this.#stream.cork()
    for (const piece of pieces) this.#stream.write(piece)
    this.#stream.write(last, (error) => this.#onTaken(size, error))
    if (pieces.length > 0) this.#stream.uncork()
    if (this.#isEnding && this.#waiting.length === 0) this.#stream.end()
  }

  #take(): Uint8Array[] {
    const pieces: Uint8Array[] = []
    let room = this.#piece
    for (let first = this.#waiting[0]; first && room > 0; first = this.#waiting[0]) {
      const piece = first.byteLength > room ? first.subarray(0, room) : first
      if (piece === first) this.#waiting.shift()
      else this.#waiting[0] = first.subarray(room)
      pieces.push(piece)
      room -= piece.byteLength
    }
    return pieces
  }

  #onTaken(size: number, error?: Error | null): void {
    this.#isWriting = false
    this.#taken += size
    if (error) return
    if (performance.now() - this.#writtenAt < QUICK) this.#piece = Math.min(this.#piece * 2, LARGEST_PIECE)
    if (this.#waiting.length > 0) return this.#advance()
    if (this.#isEnding) this.#endStream()
    else this.#tellFree()
  }

  #onHeadLeft(): void {
    this.#isHeadLeaving = false
    if (!this.held) this.#tellFree()
  }

  #tellFree(): void {
    const free = this.#free
    this.#free = undefined
    free?.()
  }

  #endStream(): void {
    if (!this.#stream.writableEnded) this.#stream.end()
    this.#awaitEnd()
  }

  #awaitEnd(): void {
    if (this.#isAwaitingEnd) return
    this.#isAwaitingEnd = true
    this.#look(
      () => this.#hasEnded() && this.#isFlushed(),
      () => this.#onEnded(),
    )
  }

  #onEnded(): void {
    const ended = this.#ended
    this.#ended = undefined
    ended?.()
    // RFC 9113 §8.1: a client that is still sending need not go on. What it has sent and nobody has read is let go.
    this.#stream.destroy()
  }

  #onClose(isAlive: boolean): void {
    const isEnded = this.#isEnding && this.#waiting.length === 0
    this.#isCleanlyClosed = isEnded && isAlive && this.#stream.rstCode === constants.NGHTTP2_NO_ERROR
    if (this.#isCleanlyClosed) this.#awaitEnd()
    else this.#gone()
  }

  #hasEnded(): boolean {
    const stream = this.#stream
    return stream.destroyed ? this.#isCleanlyClosed : stream.state.localClose === 1
  }

  #isFlushed(): boolean {
    return toHandleSample(this.#socket) === undefined && this.#socket.errored === null
  }

  // Nobody tells when a frame without data has left.
  #look(isDone: () => boolean, done: () => void): void {
    setImmediate(() => {
      if (isDone()) done()
      else if (!this.#socket.destroyed) this.#lookAgain(isDone, done)
      else if (this.#isCleanlyClosed) this.#gone()
    })
  }

  #lookAgain(isDone: () => boolean, done: () => void): void {
    if (this.#stream.closed && this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR) return
    if (++this.#looks < QUICK_LOOKS) this.#look(isDone, done)
    else setTimeout(() => this.#look(isDone, done), SLOW_LOOK).unref()
  }
}
