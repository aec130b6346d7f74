// The one place that moves blocks from a source to a transport. It alone knows back-pressure and departure.
//
// Invariants: the source is asked only while nothing is held in user space (G1, G2), by one `next()` at a time,
// and always inside the context in which the reply was made (G9); the body is closed once, whatever happens (G5).
import type { Block } from '../body/block.ts'
import type { Blocks } from '../body/blocks.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import { holdsFlush, isEmptyBlock, isTextBlock, measureBlock } from '../body/measure-block.ts'
import type { Step } from '../body/source.ts'
import { SilenceWatch, type Silent } from './watching/silence-watch.ts'
import { isBlockWatched, tellBlock } from './watching/watch-blocks.ts'
import { clientAwaited, clientResumed, firstBlockSent, headCommitted } from './channels.ts'
import type { Awaited, Progress } from './channels.ts'
import { ClientGone, ContractError, Draining, type ShuttingDown, toError } from './errors.ts'
import { Framer } from './framer.ts'
import { advance, type State } from './lifecycle.ts'
import type { LastBlock, PumpPlan } from './pump-plan.ts'
import type { FirstBlock, Outcome, Sink } from './sink.ts'
import { RUN, TurnClock } from './turn-clock.ts'

/** Sends one body through one sink. */
export class Pump implements Silent {
  readonly #plan: PumpPlan
  readonly #blocks: Blocks
  readonly #sink: Sink
  readonly #framer: Framer
  #state: State = 'pending'
  #outcome: Outcome | undefined
  #closeErrors: readonly unknown[] | undefined
  #lastBlockFault: { fault: unknown } | undefined
  #isDelivered = false
  #isConcluded = false
  #count = 0

  // Where the loop is: asking the source, away until something calls it back, or waiting for the client.
  #isAsking = false
  #isAway = false
  #isWaiting = false
  #isFlushDue = false

  readonly #clock = new TurnClock()
  // Asked once, between two blocks, when the server drains; and whether it has ended the body.
  #lastBlock: LastBlock | undefined
  #isDrained = false
  #silence: SilenceWatch | undefined

  constructor(plan: PumpPlan) {
    this.#plan = plan
    this.#blocks = plan.blocks
    this.#sink = plan.sink
    this.#framer = new Framer(plan.sink, plan.delivery === 'block' ? plan.sink.direct : undefined)
  }

  /** Begins to ask for blocks. */
  start(): void {
    this.#clock.begin()
    this.#blocks.run(() => {
      if (this.#plan.commit === 'now') this.#guard(() => this.#commitNow())
      this.#loop()
    })
  }

  /** Breaks the reply off from outside: the client has left, or the server closes. */
  abort(reason: ClientGone | ShuttingDown): void {
    if (this.#state === 'aborted' || this.#isDelivered) return
    this.#state = advance(this.#state, 'abort')
    this.#outcome = this.#tell(reason instanceof ClientGone ? 'client-gone' : 'shutdown', reason)
    this.#sink.abort(reason)
    this.#isDelivered = true
    this.#closeBody(reason)
  }

  get progress(): Progress {
    return { bytes: this.#framer.bytes, blocks: this.#count }
  }

  get awaits(): Awaited {
    if (this.#isOver) return this.#isDelivered ? 'close' : 'client'
    if (this.#state === 'pending') return 'first-block'
    return this.#isWaiting || this.#sink.held ? 'client' : 'block'
  }

  /**
   * Ends a body that has begun, between two blocks, with the block that it is given, if it is given one: now, or when
   * that is possible. A body of an announced length goes on.
   */
  drain(lastBlock: LastBlock): void {
    this.#lastBlock = lastBlock
    if (!this.#isAsking) this.#blocks.run(() => this.#askLast())
  }

  /** Sends a heartbeat, where it can. */
  breakSilence(): void {
    this.#blocks.run(() => this.#onBeat())
  }

  get #isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'aborted'
  }

  #loop(): void {
    try {
      while (!this.#isOver && !this.#mustWait()) {
        if (this.#clock.isOver()) return this.#giveWay()
        const step = this.#ask()
        if (step === undefined) continue
        if (isPromiseLike(step)) return this.#park(step)
        this.#take(step)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  // Undefined when blocks were taken already.
  #ask(): Step | PromiseLike<Step> | undefined {
    this.#isAsking = true
    try {
      return this.#isFast ? this.#askRun() : this.#blocks.next()
    } finally {
      this.#isAsking = false
      if (this.#isOver) this.#closeBody(this.#outcome?.error)
    }
  }

  // True for a source that has filled its turns so far, where nobody looks at each of its blocks.
  get #isFast(): boolean {
    if (!this.#clock.isFast || (this.#plan.delivery === 'block' && !this.#sink.direct)) return false
    return this.#state === 'committed' && !this.#framer.hasLength && !isBlockWatched(this.#plan.subject)
  }

  // Many blocks go side by side into the slab, or one by one to the sink, without a look at what cannot change in
  // between. A list waits in a slab for its flush, whatever the delivery.
  #askRun(): Step | PromiseLike<Step> | undefined {
    for (let count = 0; count < RUN && !this.#sink.held; count++) {
      const step = this.#blocks.next()
      if (isPromiseLike(step) || step.done || this.#isOver || isEmptyBlock(step.value)) return step
      if (Array.isArray(step.value)) return step
      this.#count++
      this.#clock.skip(1)
      this.#framer.put(step.value)
    }
    return undefined
  }

  #park(step: PromiseLike<Step>): void {
    this.#isAway = true
    this.#clock.park()
    this.#framer.rest()
    if (this.#framer.isFilled) this.#scheduleFlush()
    this.#silence?.hear(this)
    Promise.resolve(step).then(this.#onStep, this.#onFailure)
    if (this.#lastBlock) this.#askLast()
  }

  readonly #onStep = (step: Step): void => {
    this.#isAway = false
    this.#clock.resume()
    try {
      this.#take(step)
    } catch (error) {
      this.#fail(error)
    }
    this.#loop()
  }

  readonly #onFailure = (error: unknown): void => {
    this.#isAway = false
    this.#fail(error)
  }

  #guard(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#fail(error)
    }
  }

  #take(step: Step): void {
    if (this.#isOver) return
    if (step.done) return this.#finish()
    const block = step.value
    if (isEmptyBlock(block)) return this.#takeEmpty(block)
    if (this.#state === 'pending' && !this.#commitFor(block)) return
    this.#count++
    this.#framer.put(block)
    if (this.#plan.delivery === 'block') this.#framer.flush()
    if (this.#count === 1 && firstBlockSent.hasSubscribers) {
      firstBlockSent.publish({ reply: this.#plan.subject })
    }
    const { subject } = this.#plan
    if (isBlockWatched(subject)) tellBlock(subject, this.#framer.bytes, this.#count)
    if (this.#framer.hasLength && this.#framer.isComplete()) this.#end()
  }

  #takeEmpty(block: unknown): void {
    if (!holdsFlush(block)) return
    if (this.#state === 'pending') this.#commitNow()
    else this.#framer.flush()
  }

  // False when the block is not to be sent: the head has said that there is no body.
  #commitFor(block: unknown): boolean {
    this.#commit({ content: isTextBlock(block) ? 'text' : 'bytes', bytes: measureBlock(block) })
    return !this.#isOver
  }

  #commitNow(): void {
    this.#commit({ content: 'unknown', bytes: 0 })
    if (!this.#isOver) this.#sink.push()
  }

  #commit(first: FirstBlock): void {
    const framing = this.#sink.frame(first)
    if (framing.kind === 'length' && first.bytes > framing.bytes) {
      throw new ContractError(
        'G6',
        `Cannot send a block of ${first.bytes} bytes: Content-Length is ${framing.bytes}`,
      )
    }
    this.#framer.begin(this.#sink.takesPlain ? { kind: 'close' } : framing)
    this.#sink.commit(framing)
    this.#state = advance(this.#state, 'commit')
    if (headCommitted.hasSubscribers) {
      headCommitted.publish({ reply: this.#plan.subject, status: this.#plan.owner.status, framing })
    }
    if (framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)) this.#end()
    else this.#startHeart()
  }

  #mustWait(): boolean {
    if (this.#isWaiting) return true
    if (!this.#sink.held) return false
    this.#isWaiting = true
    this.#tellAwaited()
    this.#sink.whenFree(() => this.#onFree())
    if (this.#lastBlock) this.#askLast()
    return true
  }

  #tellAwaited(): void {
    if (clientAwaited.hasSubscribers) clientAwaited.publish({ reply: this.#plan.subject })
  }

  #onFree(): void {
    this.#isWaiting = false
    if (this.#isOver || this.#mustWait()) return
    this.#silence?.hear(this)
    if (clientResumed.hasSubscribers) clientResumed.publish({ reply: this.#plan.subject })
    this.#framer.reuse()
    this.#framer.slowDown()
    this.#framer.flush()
    // Not a new turn: a client that takes everything at once must not keep the event loop for this reply.
    if (this.#isAway) this.#mustWait()
    else this.#blocks.run(() => this.#loop())
  }

  #scheduleFlush(): void {
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    process.nextTick(() => this.#onTurnEnd())
  }

  #onTurnEnd(): void {
    this.#isFlushDue = false
    if (this.#isOver || this.#mustWait()) return
    this.#framer.flush()
    this.#mustWait()
    this.#framer.rest()
  }

  #giveWay(): void {
    if (this.#lastBlock) this.#askLast()
    if (this.#isOver) return
    this.#isAway = true
    this.#silence?.hear(this)
    this.#framer.flush()
    this.#framer.rest()
    setImmediate(() => this.#onTurn())
  }

  #onTurn(): void {
    this.#isAway = false
    this.#clock.begin()
    this.#blocks.run(() => this.#loop())
  }

  #finish(): void {
    this.#blocks.finish()
    if (this.#state === 'pending') this.#commit({ content: 'empty', bytes: 0 })
    if (!this.#isOver) this.#end()
  }

  #end(): void {
    const trailers = this.#plan.owner.trailers?.() ?? []
    const last = this.#framer.finish()
    this.#state = advance(this.#state, 'end')
    this.#outcome = this.#tell('complete')
    this.#sink.end(last, trailers, (extra) => this.#onEnded(extra))
    if (!this.#isDelivered && !this.#isWaiting && this.#sink.held) this.#tellAwaited()
    this.#closeBody(this.#isDrained ? new Draining() : undefined)
  }

  #onEnded(extra = 0): void {
    this.#framer.reuse()
    if (this.#outcome) this.#outcome.bytes += extra
    this.#isDelivered = true
    this.#conclude()
  }

  // Not in the middle of a character, and not before it is known that there is a body: its first block may be an error.
  #askLast(): void {
    const lastBlock = this.#lastBlock
    if (!lastBlock || this.#state !== 'committed') return
    if (this.#framer.hasLength || this.#framer.isInsideCharacter) return
    this.#lastBlock = undefined
    this.#guard(() => this.#endWith(lastBlock()))
  }

  #endWith(given: Block | undefined): void {
    if (given === undefined) return
    this.#isDrained = true
    const block = this.#blocks.endWith(given)
    // Otherwise the source gives it, in its own form, and ends.
    if (block === undefined) return
    if (!isEmptyBlock(block)) this.#count++
    this.#framer.put(block)
    this.#end()
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    const wasPending = this.#state === 'pending'
    if (!wasPending) this.#sendLastBlock(error)
    this.#state = advance(this.#state, 'abort')
    this.#outcome = this.#tell(wasPending ? 'refused' : 'failed', error)
    if (!wasPending) this.#sink.abort(toError(error))
    this.#isDelivered = true
    this.#closeBody(error)
  }

  // What the application gave before it failed leaves before the connection is torn down.
  #sendLastBlock(error: unknown): void {
    try {
      const block = this.#framer.hasLength ? undefined : this.#plan.onError?.(error)
      if (block !== undefined) this.#framer.put(block)
    } catch (fault) {
      // The reply is failing already, with the error that matters more; this one is told beside it.
      this.#lastBlockFault = { fault }
    }
    this.#framer.flush()
  }

  #startHeart(): void {
    const { heartbeat } = this.#plan
    if (!heartbeat || this.#framer.hasLength) return
    if (this.#sink.beat) return this.#sink.beat(this.#framer.toBeat(heartbeat.every, heartbeat.block))
    this.#silence = SilenceWatch.of(heartbeat.every)
    this.#silence.hear(this)
  }

  #onBeat(): void {
    const { heartbeat } = this.#plan
    if (this.#isOver || !heartbeat) return
    this.#silence?.hear(this)
    if (this.#isWaiting || this.#sink.held || this.#framer.isInsideCharacter) return
    this.#guard(() => this.#framer.put(heartbeat.block))
    this.#framer.flush()
    this.#mustWait()
    this.#framer.rest()
  }

  #tell(kind: Outcome['kind'], error?: unknown): Outcome {
    if (kind !== 'complete') return { kind, error, ...this.progress }
    return this.#isDrained ? { kind, ...this.progress, isDrained: true } : { kind, ...this.progress }
  }

  // Not while the source is running: it cannot be closed from inside its own `next()`.
  #closeBody(reason: unknown): void {
    if (this.#isAsking) return
    this.#silence?.forget(this)
    this.#silence = undefined
    this.#framer.rest()
    this.#blocks.close(reason).then((errors) => {
      this.#closeErrors = this.#lastBlockFault ? [this.#lastBlockFault.fault, ...errors] : errors
      this.#conclude()
    })
  }

  #conclude(): void {
    const outcome = this.#outcome
    const errors = this.#closeErrors
    if (this.#isConcluded || !this.#isDelivered || !errors || !outcome) return
    this.#isConcluded = true
    this.#blocks.run(() => this.#plan.owner.closed(outcome, errors))
  }
}
