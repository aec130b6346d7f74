// A body that is compressed behind the ring. What comes while the compressor is at work goes through it together, with
// one flush: a block waits for the blocks before it, never for the application (G1), and many cost as much as one.
import { toError } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { FirstBlock, Sink } from '../../delivery/sink.ts'
import { frameLarge, LARGE } from '../../delivery/slab.ts'
import { Compressor } from '../../middleware/compression/blocks/compressor.ts'
import type { Coding } from '../../reply/selection/encoded-blocks.ts'

/** Takes a body as it is, and gives it compressed and framed to another sink. */
export class CodedSink implements Sink {
  readonly #sink: Sink
  readonly #compressor: Compressor
  readonly #failed: (error: Error) => void
  #isChunked = false
  #isBusy = false
  #isOver = false
  #made = 0
  // What is to be done when the compressor has answered.
  #free: (() => void) | undefined
  #whenMade: (() => void) | undefined

  /** `failed` is told when the body cannot be compressed: the reply must be aborted then. */
  constructor(sink: Sink, { encoding, level }: Coding, failed: (error: Error) => void) {
    this.#sink = sink
    this.#compressor = new Compressor(encoding, { [encoding]: level })
    this.#failed = failed
  }

  get held(): boolean {
    return this.#isBusy || this.#sink.held
  }

  frame(first: FirstBlock): Framing {
    return this.#sink.frame(first)
  }

  commit(framing: Framing): void {
    this.#isChunked = framing.kind === 'chunked'
    this.#sink.commit(framing)
  }

  write(frame: Uint8Array): void {
    this.#compress(this.#compressor.write(frame), (frames) => {
      const [first] = frames
      if (frames.length > 1) this.#sink.writeAll(frames)
      else if (first) this.#sink.write(first)
    })
  }

  writeAll(frames: readonly Uint8Array[]): void {
    this.write(join(frames))
  }

  push(): void {
    if (!this.#isBusy) this.#sink.push()
  }

  whenFree(callback: () => void): void {
    if (this.#isBusy) this.#free = callback
    else this.#sink.whenFree(callback)
  }

  /** Calls back with the bytes of the body as it was sent. */
  end(last: readonly Uint8Array[], trailers: readonly string[], ended: (bytes: number) => void): void {
    this.#compress(this.#compressor.end(join(last)), (frames) => {
      this.#close()
      this.#sink.end(frames, trailers, () => ended(this.#made))
    })
  }

  /** Calls back when what was written has been compressed and given on, or at once; not when it is aborted before that. */
  whenMade(callback: () => void): void {
    if (this.#isBusy) this.#whenMade = callback
    else callback()
  }

  // What was broken off gets no end: a trailer of gzip would make it look whole (G4).
  abort(error: Error): void {
    this.#close()
    this.#sink.abort(error)
  }

  #compress(made: Promise<Uint8Array>, give: (frames: readonly Uint8Array[]) => void): void {
    this.#isBusy = true
    made
      .then((bytes) => this.#onMade(bytes, give))
      .catch((error: unknown) => {
        this.#isBusy = false
        if (this.#isOver) return
        if (this.#whenMade) this.#whenMade()
        else this.#failed(toError(error))
      })
  }

  #onMade(bytes: Uint8Array, give: (frames: readonly Uint8Array[]) => void): void {
    if (this.#isOver) return
    this.#isBusy = false
    this.#made += bytes.byteLength
    give(this.#frame(bytes))
    if (this.#whenMade) return this.#whenMade()
    const free = this.#free
    this.#free = undefined
    if (!free) return
    if (this.#sink.held) this.#sink.whenFree(free)
    else free()
  }

  // A small one in one piece: a copy costs less than pieces.
  #frame(bytes: Uint8Array): readonly Uint8Array[] {
    // An empty chunk would end the body.
    if (bytes.byteLength === 0) return []
    const frames = frameLarge(bytes, this.#isChunked)
    return bytes.byteLength > LARGE ? frames : [join(frames)]
  }

  #close(): void {
    this.#isOver = true
    this.#compressor.destroy()
  }
}

function join(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames
  return frames.length === 1 && only ? only : Buffer.concat(frames)
}
