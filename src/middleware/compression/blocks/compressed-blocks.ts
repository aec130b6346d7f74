// Blocks of a streamed body, each compressed and flushed before the next is asked for (G1, G11). By the turn, what is
// ready in one turn of the event loop is compressed together, so that records compress well.
//
// A heartbeat and the last block of `onError` are part of the encoding: they are given from here, not by the pump,
// since bytes that come between would break it.
import { type Block, flush } from '../../../body/block.ts'
import type { Blocks } from '../../../body/blocks.ts'
import { isPromiseLike } from '../../../body/run-closers.ts'
import type { BlockReader, Step } from '../../../body/source.ts'
import type { Delivery, Heartbeat } from '../../../delivery/pump-plan.ts'
import { Draining } from '../../../delivery/errors.ts'
import type { Compressor } from './compressor.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { PendingStep } from './pending-step.ts'

export interface CompressionPlan {
  /** The body as the application makes it. */
  readonly blocks: Blocks
  readonly delivery: Delivery
  /** True when the head goes out before the first block. */
  readonly isCommitted: boolean
  readonly heartbeat: Heartbeat | undefined
  readonly onError: ((error: unknown) => Block | undefined) | undefined
  /** Called once, before the first bytes: the compressor, or undefined where the body is to be sent as it is. */
  readonly begin: (content: 'text' | 'bytes' | 'empty', isCommitted: boolean) => Compressor | undefined
  /** Told what `onError` itself has thrown. */
  readonly report: (fault: unknown) => void
}

/** Bytes that are compressed together at most, by the turn: so many that flushing costs next to nothing. */
const GATHERED = 65_536
/** How long blocks are gathered at most, by the turn, in milliseconds. */
const TURN = 5

type Stage = 'reading' | 'failing' | 'failed' | 'done' | 'closed'

/** Reads a body, compressed. */
export class CompressedBlocks implements BlockReader {
  readonly #plan: CompressionPlan
  readonly #inner: Blocks
  readonly #gathered: GatheredBytes
  #compressor: Compressor | undefined
  #hasBegun = false
  #isCommitted: boolean
  #pending: PendingStep | undefined
  #stage: Stage = 'reading'
  #error: unknown
  #isRipe = false
  #since = 0

  constructor(plan: CompressionPlan) {
    this.#plan = plan
    this.#inner = plan.blocks
    this.#gathered = new GatheredBytes(plan.delivery === 'turn')
    this.#isCommitted = plan.isCommitted
  }

  openReader(): BlockReader {
    return this
  }

  async close(): Promise<void> {
    this.#compressor?.destroy()
  }

  async next(): Promise<Step> {
    const isBeat = this.#stage === 'reading' && !(await this.#gather())
    switch (this.#stage) {
      case 'reading':
        return this.#give(isBeat ? this.#takeBeat() : this.#gathered.take())
      case 'failing':
        return this.#giveFailure()
      case 'failed':
        this.#compressor?.destroy()
        throw this.#error
      case 'done':
        return this.#giveEnd()
      case 'closed':
        return { done: true, value: undefined }
    }
  }

  /** The last block is part of the encoding, which is finished after it. */
  endWith(block: unknown): undefined {
    if (this.#stage !== 'reading') return
    const last = this.#inner.run(() => this.#inner.endWith(block))
    // Otherwise the body gives it by itself, to be compressed as any other.
    if (last === undefined) return
    this.#gathered.add(last)
    this.#stage = 'done'
    this.#pending?.wake()
    void this.#inner.close(new Draining())
  }

  return(reason: unknown): void {
    this.#stage = 'closed'
    this.#compressor?.destroy()
    // What the closing throws is told to who closes the reply.
    void this.#inner.close(reason)
  }

  // False when the source has been silent for so long that a heartbeat is due.
  async #gather(): Promise<boolean> {
    this.#isRipe = false
    this.#since = performance.now()
    try {
      while (this.#stage === 'reading' && !this.#isRipe) {
        this.#pending ??= this.#inner.run(this.#takeReady)
        if (!this.#pending) continue
        await this.#wait(this.#pending)
        // It was closed, or has got its last block.
        if (this.#stage !== 'reading') break
        const step = this.#pending.take()
        if (!step) return this.#gathered.size > 0 && !this.#isHalfOnly
        this.#pending = undefined
        this.#take(step)
      }
    } catch (error) {
      this.#pending = undefined
      this.#fail(error)
    }
    return true
  }

  // Takes what the source gives without a promise; gives back the promise that it has to be waited for.
  readonly #takeReady = (): PendingStep | undefined => {
    while (this.#stage === 'reading' && !this.#isRipe) {
      const step = this.#inner.next()
      if (isPromiseLike(step)) return new PendingStep(step)
      this.#take(step)
    }
    return undefined
  }

  #wait(pending: PendingStep): Promise<void> {
    const isFilled = this.#gathered.size > 0 && !this.#isHalfOnly
    if (isFilled) return pending.withinTurn()
    const mayBeat = this.#isCommitted && !this.#gathered.isInsideCharacter
    return pending.within(mayBeat ? this.#plan.heartbeat?.every : undefined)
  }

  // Half a character is nothing to send yet.
  get #isHalfOnly(): boolean {
    return this.#gathered.size === 1 && this.#gathered.isInsideCharacter
  }

  #take(step: Step): void {
    // A source that was closed while it was asked has nothing more to say.
    if (this.#stage !== 'reading') return
    if (step.done) {
      this.#inner.finish()
      this.#stage = 'done'
      return
    }
    this.#gathered.add(step.value)
    this.#isRipe =
      this.#plan.delivery === 'block' ||
      this.#gathered.hasFlush ||
      this.#gathered.size >= GATHERED ||
      performance.now() - this.#since > TURN
  }

  #takeBeat(): Uint8Array {
    const beat = new GatheredBytes(false)
    beat.add(this.#plan.heartbeat?.block ?? '')
    return beat.takeLast()
  }

  async #give(bytes: Uint8Array): Promise<Step> {
    const hasFlush = this.#gathered.takeFlush()
    if (bytes.byteLength > 0) {
      const made = await this.#encode(bytes)
      return { done: false, value: hasFlush ? [made, flush] : made }
    }
    if (hasFlush) this.#isCommitted = true
    return { done: false, value: hasFlush ? flush : '' }
  }

  #encode(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array {
    this.#begin()
    this.#isCommitted = true
    return this.#compressor ? this.#tellWork(this.#compressor.write(bytes)) : bytes
  }

  // Whoever sends to many wants to know when they have it.
  #tellWork(work: Promise<Uint8Array>): Promise<Uint8Array> {
    this.#inner.leavesAfter(work)
    return work
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#compressor = this.#plan.begin(this.#gathered.content, this.#isCommitted)
  }

  async #giveEnd(): Promise<Step> {
    const bytes = this.#gathered.takeLast()
    this.#begin()
    const last = this.#compressor ? await this.#tellWork(this.#compressor.end(bytes)) : bytes
    this.#stage = 'closed'
    return last.byteLength > 0 ? { done: false, value: last } : { done: true, value: undefined }
  }

  #fail(error: unknown): void {
    if (this.#stage !== 'reading') return
    this.#stage = 'failing'
    this.#error = error
  }

  // What the application gave before it failed leaves first, then what tells of the failure, after commit.
  async #giveFailure(): Promise<Step> {
    const bytes = this.#gathered.take()
    if (bytes.byteLength > 0) return this.#give(bytes)
    this.#stage = 'failed'
    const last = this.#isCommitted ? this.#takeLastBlock() : undefined
    if (last === undefined || last.byteLength === 0) return this.next()
    return this.#give(last)
  }

  #takeLastBlock(): Uint8Array | undefined {
    const last = new GatheredBytes(false)
    try {
      last.add(this.#plan.onError?.(this.#error) ?? '')
      return last.takeLast()
    } catch (fault) {
      this.#plan.report(fault)
      return undefined
    }
  }
}
