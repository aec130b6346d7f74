// A body under `validate`: it forwards everything and counts. Two of them around one middleware are told of each other.
import { type Block, describeValue, flush, isBytes } from '../body/block.ts'
import { Blocks } from '../body/blocks.ts'
import { type BodyCloser, isPromiseLike } from '../body/run-closers.ts'
import type { Step } from '../body/source.ts'
import type { Context } from '../context/context.ts'
import { currentContext } from '../context/current-context.ts'
import { ContractError } from '../delivery/errors.ts'
import { ValidatedTally } from './validated-tally.ts'

/** What a body is held against. */
export interface BodyRules {
  readonly context: Context
  /** False for `HEAD` and a status without a body: the source must not be asked (G7). */
  readonly isWanted: () => boolean
  /** False where the body is collected before the head goes out: its blocks may be held back. */
  readonly isStreamed: boolean
  /** True where blocks that are ready in one turn may leave together: middleware may put them together too. */
  readonly isByTurn: boolean
  /** False where another validator is about to see what middleware makes of the reply. */
  readonly isOutermost: boolean
  /** What the head promises, in bytes. */
  readonly announced: () => number | undefined
  /** Called from the first block with bytes on: throws when the head has changed. */
  readonly checkHead: () => unknown
  /** Called when the first block comes of a body that was made of another: throws for what was not forwarded. */
  readonly checkForwarded: () => unknown
}

/** The blocks of one reply, checked one by one. */
export class ValidatedBlocks extends Blocks {
  readonly tally = new ValidatedTally()
  /** The reply that middleware has made of this one. */
  outer: ValidatedBlocks | undefined
  /** The reply that this one was made of. */
  inner: ValidatedBlocks | undefined
  readonly #blocks: Blocks
  readonly #rules: BodyRules
  #wasAsked = false
  #isAsking = false
  #isOver = false

  constructor(blocks: Blocks, rules: BodyRules) {
    // An empty list: everything that a body does is forwarded.
    super([], blocks.length)
    this.#blocks = blocks
    this.#rules = rules
  }

  override run<T>(task: () => T): T {
    return this.#blocks.run(task)
  }

  override get literal(): Blocks['literal'] {
    return this.#blocks.literal
  }

  override get source(): unknown {
    return this.#blocks.source
  }

  override get hasClosers(): boolean {
    return this.#blocks.hasClosers
  }

  override get started(): boolean {
    return this.#blocks.started
  }

  override get isClosed(): boolean {
    return this.#blocks.isClosed
  }

  override get signal(): AbortSignal {
    return this.#blocks.signal
  }

  /** True once a block was asked for. */
  get wasAsked(): boolean {
    return this.#wasAsked
  }

  /** What the head promises, in bytes. */
  get announced(): number | undefined {
    return this.#rules.announced() ?? this.length
  }

  override next(): Step | PromiseLike<Step> {
    this.#checkAsk()
    this.#wasAsked = true
    this.#isAsking = true
    try {
      const step = this.#blocks.next()
      if (!isPromiseLike(step)) return this.#check(step)
      return Promise.resolve(step).then(
        (settled) => this.#check(settled),
        (error: unknown) => this.#fail(error),
      )
    } catch (error) {
      return this.#fail(error)
    }
  }

  override finish(): void {
    this.#blocks.finish()
  }

  override get endsEncoded(): boolean {
    return this.#blocks.endsEncoded
  }

  override endWith(block: unknown): unknown {
    return this.#blocks.endWith(block)
  }

  override leavesAfter(work: PromiseLike<unknown>): void {
    this.#blocks.leavesAfter(work)
  }

  override onClose(closer: BodyCloser): void {
    this.#blocks.onClose(closer)
  }

  override close(reason?: unknown): Promise<unknown[]> {
    return this.#blocks.close(reason)
  }

  /**
   * Called when the reply is over.
   * @throws ContractError G5 when the body was left open.
   */
  checkClosed(): void {
    if (this.isClosed || this.literal !== undefined) return
    throw new ContractError(
      'G5',
      'Cannot leave a body open: the reply is over and nobody has closed it; whoever takes the blocks of a reply closes them',
    )
  }

  #checkAsk(): void {
    if (this.isClosed) throw late('it is closed')
    if (this.#isOver) throw late('it has come to its end')
    if (this.#isAsking) {
      throw new ContractError('G2', 'Cannot ask for a block: the last one has not come yet; await it first')
    }
    if (!this.#rules.isWanted()) {
      throw new ContractError(
        'G7',
        'Cannot ask for a block: this reply has no body (HEAD, 204 or 304); close it',
      )
    }
    checkContext(this.#rules.context)
    if (this.tally.bytes > 0) this.#rules.checkHead()
    if (!this.#rules.isStreamed) return
    if (this.outer) this.tally.checkGiven(this.outer.tally, { isByTurn: this.#rules.isByTurn })
    else if (!this.#rules.isOutermost) throw collected()
  }

  #check(step: Step): Step {
    this.#isAsking = false
    if (step.done) this.#checkEnd()
    else this.#checkBlock(step.value)
    if (this.tally.bytes > 0) this.#rules.checkHead()
    return step
  }

  #checkBlock(block: unknown): void {
    if (!isBlock(block)) throw notBlock(block)
    if (this.tally.blocks === 0 && this.inner?.wasAsked) this.#rules.checkForwarded()
    this.tally.add(block)
    const { announced } = this
    if (announced === undefined || this.tally.bytes <= announced) return
    throw new ContractError(
      'G6',
      `Cannot send ${this.tally.bytes} bytes: the length is ${announced}; make the length true, or leave it out`,
    )
  }

  #checkEnd(): void {
    this.#isOver = true
    const { announced, inner } = this
    if (announced !== undefined && this.tally.bytes < announced) {
      throw new ContractError(
        'G6',
        `Cannot end a body after ${this.tally.bytes} bytes: the length is ${announced}`,
      )
    }
    if (!inner?.wasAsked) return
    if (inner.#rules.isStreamed) inner.tally.checkGiven(this.tally, { isByTurn: inner.#rules.isByTurn })
    if (announced === undefined && inner.announced !== undefined && inner.tally.isSameAs(this.tally)) {
      throw new ContractError(
        'G11',
        `Cannot forget the length of a body: middleware gives the same ${inner.announced} bytes; forward it`,
      )
    }
  }

  #fail(error: unknown): never {
    this.#isAsking = false
    throw error
  }
}

function checkContext(context: Context): void {
  let current: Context | undefined
  try {
    current = currentContext()
  } catch {
    // There is none, or it has ended: told below.
  }
  if (current?.state === context.state) return
  throw new ContractError(
    'G9',
    'Cannot ask for a block here: the context of the reply is not current; ask inside `blocks.run(() => blocks.next())`',
  )
}

function isBlock(value: unknown): value is Block {
  if (typeof value === 'string' || value === flush || isBytes(value)) return true
  return Array.isArray(value) && value.every(isBlock)
}

function notBlock(value: unknown): ContractError {
  return new ContractError(
    'G11',
    `Cannot send a block that is ${describeValue(value)}: yield text, bytes, a list of blocks or flush`,
  )
}

function collected(): ContractError {
  return new ContractError(
    'G11',
    'Cannot ask for a block of a stream yet: middleware answers first, with a reply whose blocks are asked for one by one',
  )
}

function late(state: string): ContractError {
  return new ContractError(
    'G5',
    `Cannot ask for a block: the body cannot give one, as ${state}; ask, then close, once`,
  )
}
