// Blocks become frames here: text as UTF-8, small blocks side by side in a slab, large ones as they are, cut at the
// length that the head has promised (G6).
import { flush, isBytes, notABlock, toUint8Array } from '../body/block.ts'
import { ContractError } from './errors.ts'
import type { Framing } from './framing.ts'
import type { Beat, DirectFrames, Sink } from './sink.ts'
import { acquireSlab, frameLarge, LARGE, releaseSlab, type Slab } from './slab.ts'

/** Full slabs that leave together, while the client has never been waited for: a system call costs as much as a slab. */
const GATHERED = 4

// Replaced, never changed: a reply that waits for its source has none.
const none: readonly Slab[] = []

/** Puts the blocks of one body into the frames of one sink. */
export class Framer {
  readonly #sink: Sink
  #direct: DirectFrames | undefined
  #chunked = false
  #limit = Infinity
  #excess = false
  #framed = 0
  #slab: Slab | undefined
  #gatherLimit = GATHERED
  #gathered = none
  #inFlight = none
  #half = ''

  /** `direct`: where small blocks are framed, one by one, in place of slabs. */
  constructor(sink: Sink, direct?: DirectFrames) {
    this.#sink = sink
    this.#direct = direct
  }

  /** Takes the framing that the head announces; call it once, before the first block. */
  begin(framing: Framing): void {
    this.#chunked = framing.kind === 'chunked'
    if (framing.kind === 'length') this.#limit = framing.bytes
  }

  /** True when the head has promised a length. */
  get hasLength(): boolean {
    return this.#limit !== Infinity
  }

  /** Bytes of the body so far, without framing. */
  get bytes(): number {
    return this.#framed + (this.#slab?.size ?? 0)
  }

  /** True when blocks wait for {@link Framer.flush}. */
  get isFilled(): boolean {
    return this.#gathered.length > 0 || (this.#slab !== undefined && !this.#slab.isEmpty)
  }

  /** True between the two halves of a character that was split between text blocks. */
  get isInsideCharacter(): boolean {
    return this.#half !== ''
  }

  /** Frames a block; what fills the slabs is handed over at once, the rest at the next {@link Framer.flush}. */
  put(block: unknown): void {
    if (typeof block === 'string') this.#putText(block)
    else if (block instanceof Uint8Array) this.#putBytes(block)
    else if (isBytes(block)) this.#putBytes(toUint8Array(block))
    else if (block === flush) this.flush()
    else if (Array.isArray(block)) this.#putList(block)
    else throw notABlock(block)
  }

  /** Hands over what waits. */
  flush(): void {
    if (this.#gathered.length > 0) return this.#flushAll()
    const slab = this.#slab
    if (!slab || slab.isEmpty) return
    this.#framed += slab.size
    this.#sink.write(slab.take(this.#chunked))
    if (!this.#sink.held) return
    this.#inFlight = this.#inFlight.concat(slab)
    this.#slab = undefined
  }

  /** The promised length is reached; throws when more than that was put in. */
  isComplete(): boolean {
    if (this.#excess) throw this.#excessError()
    return this.bytes === this.#limit
  }

  /**
   * The last frames, not yet handed over; their memory is free again at {@link Framer.reuse}.
   * @throws ContractError G6 when the body is not as long as promised.
   */
  finish(): readonly Uint8Array[] {
    if (this.#half !== '') this.#putHalf()
    if (this.#excess) throw this.#excessError()
    const { bytes } = this
    if (this.hasLength && bytes < this.#limit) {
      throw new ContractError(
        'G6',
        `Cannot end a body after ${bytes} bytes: Content-Length is ${this.#limit}`,
      )
    }
    const slabs = this.#takeSlabs()
    this.#inFlight = this.#inFlight.concat(slabs)
    return slabs.map((slab) => slab.take(this.#chunked))
  }

  /** Gives back memory that holds nothing: a reply that waits for its source keeps none. */
  rest(): void {
    if (!this.#slab?.isEmpty) return
    releaseSlab(this.#slab)
    this.#slab = undefined
  }

  /** The transport holds nothing any more: its slabs can be filled again. */
  reuse(): void {
    for (const slab of this.#inFlight) releaseSlab(slab)
    this.#inFlight = none
  }

  /** A block by itself, framed, for a transport that sends it again and again. */
  toBeat(every: number, block: unknown): Beat {
    const bytes = Buffer.concat(toPieces(block))
    return { every, frame: Buffer.concat(frameLarge(bytes, this.#chunked)), size: bytes.byteLength }
  }

  /** The client makes its source wait: from now on each slab leaves by itself, so that less is held for it. */
  slowDown(): void {
    this.#gatherLimit = 1
  }

  #takeSlabs(): readonly Slab[] {
    this.#seal()
    const slabs = this.#gathered
    this.#gathered = none
    return slabs
  }

  #seal(): void {
    const slab = this.#slab
    if (!slab || slab.isEmpty) return
    this.#framed += slab.size
    this.#gathered = this.#gathered.concat(slab)
    this.#slab = undefined
  }

  #flushAll(): void {
    const slabs = this.#takeSlabs()
    this.#inFlight = this.#inFlight.concat(slabs)
    this.#sink.writeAll(slabs.map((slab) => slab.take(this.#chunked)))
    if (!this.#sink.held) this.reuse()
  }

  #nextSlab(): Slab {
    this.#seal()
    if (this.#gathered.length >= this.#gatherLimit) this.flush()
    this.#slab ??= acquireSlab()
    return this.#slab
  }

  #excessError(): ContractError {
    this.flush()
    return new ContractError('G6', `Cannot send more than ${this.#limit} bytes: Content-Length says so`)
  }

  // Blocks that are ready together leave together: in a slab, wherever else small blocks are framed.
  #putList(list: readonly unknown[]): void {
    const direct = this.#direct
    this.#direct = undefined
    try {
      for (const inner of list) this.put(inner)
    } finally {
      this.#direct = direct
    }
  }

  #putText(block: string): void {
    let text = this.#half === '' ? block : this.#half + block
    if (text === '') return
    this.#half = ''
    // A character may be split between two text blocks: its first half waits, as UTF-8 has no halves.
    if ((text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800) {
      this.#half = text.slice(-1)
      text = text.slice(0, -1)
      // An empty chunk would end the body.
      if (text === '') return
    }
    if (this.hasLength || text.length * 3 > LARGE) return this.#putWhole(Buffer.from(text))
    if (this.#direct) {
      this.#framed += this.#direct.putText(text)
      return
    }
    this.#slab ??= acquireSlab()
    if (!this.#slab.putText(text)) this.#nextSlab().putText(text)
  }

  #putBytes(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    if (this.#half !== '') this.#putHalf()
    this.#putWhole(bytes)
  }

  #putHalf(): void {
    this.#half = ''
    this.#putWhole(Buffer.from('\ufffd'))
  }

  #putWhole(bytes: Uint8Array): void {
    const allowed = this.hasLength ? this.#cut(bytes) : bytes
    if (allowed.byteLength === 0) return
    if (allowed.byteLength > LARGE) return this.#handOverLarge(allowed)
    if (this.#direct) {
      this.#framed += this.#direct.putBytes(allowed)
      return
    }
    this.#slab ??= acquireSlab()
    if (!this.#slab.put(allowed)) this.#nextSlab().put(allowed)
  }

  #cut(bytes: Uint8Array): Uint8Array {
    const room = this.#limit - this.bytes
    if (bytes.byteLength <= room) return bytes
    this.#excess = true
    return bytes.subarray(0, room)
  }

  #handOverLarge(bytes: Uint8Array): void {
    this.flush()
    this.#framed += bytes.byteLength
    this.#sink.writeAll(frameLarge(bytes, this.#chunked))
  }
}

function toPieces(block: unknown): Uint8Array[] {
  if (Array.isArray(block)) return block.flatMap(toPieces)
  if (typeof block === 'string') return [Buffer.from(block)]
  return isBytes(block) ? [toUint8Array(block)] : []
}
