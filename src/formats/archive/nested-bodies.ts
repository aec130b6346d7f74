// Invariants: one thing is asked for at a time, all of an item's body before the next item; a body that has come to
// its end is closed before the next item is asked for; what was opened, and what was never reached, is closed once, the
// innermost first (G5), and a reply among the bodies is told of its own end then; a body that has failed gives no more
// than its last block, and after that its error (G4). A reply of text or bytes is never read itself, nor closed.
import { describeValue, flush } from '../../body/block.ts'
import { Blocks, toBlocks } from '../../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../../body/run-closers.ts'
import {
  type Body,
  isBlob,
  isLiteral,
  isReadOnce,
  isSource,
  notASource,
  type SourceInit,
  type Step,
} from '../../body/source.ts'
import { toError } from '../../delivery/errors.ts'
import { Reply } from '../../reply/reply.ts'
import { blocksOf } from '../../reply/with-blocks.ts'
import { type NestedEnd, NestedReply, toNestedEnd } from './nested-reply.ts'

/** Items as they come, one after the other: a list, a source, or a function that makes one. */
export type Items<Item> =
  | Iterable<Item>
  | AsyncIterable<Item>
  | ((init: SourceInit) => Iterable<Item> | AsyncIterable<Item>)

/** What can be the body of an item: that of a reply, or that which a reply has, whose headers are not looked at. */
export type NestedBody = Body | Response

/** What is read of an item before its body. */
export interface NestedItem {
  readonly blocks: Blocks
  /** Bytes of its body, where they are promised: nothing can be added to them. */
  readonly size?: number | undefined
}

/** What comes next. */
export type NestedStep<Item> =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'block'; readonly block: unknown }
  | { readonly kind: 'item-end'; readonly item: Item }
  | { readonly kind: 'flush' }
  | { readonly kind: 'end' }

/** How a value becomes an item: its number, from 1, and its body as blocks. Throws for one that it cannot be. */
export type ToItem<Item> = (value: object, number: number, blocks: Blocks) => Item

/** A body that has failed; told when its error was thrown. */
interface Failure {
  readonly error: unknown
  isTold: boolean
}

/** Items with a body each, read one after the other. */
export class NestedBodies<Item extends NestedItem> {
  /** All items, where they were given as a list. */
  readonly list: readonly Item[] | undefined
  readonly #values: Blocks | undefined
  readonly #toItem: ToItem<Item>
  readonly #errors: unknown[] = []
  // What can be read once and was given already.
  readonly #given = new WeakSet<object>()
  // Those that want to be told of something.
  readonly #replies = new WeakMap<Blocks, NestedReply>()
  #count = 0
  #item: Item | undefined
  // Its body has been taken whole, and leaves before anything else is asked for.
  #skipped: Item | undefined
  #failure: Failure | undefined
  #isStarted = false
  #isOver = false
  #settling: Promise<void> | undefined
  #closing: Promise<unknown[]> | undefined
  #end: NestedEnd | undefined

  /**
   * Looks at every item of a list at once; at those of a source when they come.
   * @throws TypeError for what are no items, for a body that was given before, and whatever `toItem` throws; all bodies
   * are closed then.
   */
  constructor(items: unknown, toItem: ToItem<Item>) {
    this.#toItem = toItem
    if (Array.isArray(items)) this.list = this.#toList(items)
    else if (isSource(items)) this.#values = toBlocks(items)
    else {
      const hint = items instanceof Promise ? 'await it first' : 'give a list or another iterable'
      throw new TypeError(`Cannot take parts or entries from ${describeValue(items)}: ${hint}`)
    }
  }

  /** Asks for what comes next; not again before it has answered. */
  next(): NestedStep<Item> | PromiseLike<NestedStep<Item>> {
    if (this.#settling) return this.#settling.then(() => this.next())
    if (this.#isOver || this.#closing) return { kind: 'end' }
    this.#isStarted = true
    if (this.#failure) return this.#throw(this.#failure)
    if (this.#skipped) return this.#endSkipped(this.#skipped)
    if (this.#item) return this.#ask(this.#item)
    return this.#values ? whenThere(this.#values.next(), this.#takeValue) : this.#takeListed()
  }

  /** Goes on with the next item: this one's body was taken whole, as the literal that it is. */
  skipBody(): void {
    this.#skipped = this.#item
    this.#item = undefined
  }

  /** Closes everything, once; gives what closers threw. */
  close(reason?: unknown): Promise<unknown[]> {
    this.#closing ??= this.#close(reason)
    return this.#closing
  }

  /** The same, throwing what closers threw. */
  async dispose(): Promise<void> {
    throwTogether(await this.close())
  }

  #ask(item: Item): NestedStep<Item> | PromiseLike<NestedStep<Item>> {
    let step: Step | PromiseLike<Step>
    try {
      step = item.blocks.next()
    } catch (error) {
      return this.#fail(error)
    }
    return isPromiseLike(step) ? step.then(this.#takeBlock, this.#fail) : this.#takeBlock(step)
  }

  readonly #takeBlock = (step: Step): NestedStep<Item> => {
    const item = this.#item
    if (!item) return { kind: 'end' }
    if (!step.done) {
      this.#replies.get(item.blocks)?.count(step.value)
      return { kind: 'block', block: step.value }
    }
    this.#item = undefined
    item.blocks.finish()
    this.#settle(item.blocks)
    return { kind: 'item-end', item }
  }

  // A reply may tell of its failure in a last block, as it would by itself; the error comes all the same.
  readonly #fail = (error: unknown): NestedStep<Item> => {
    if (!this.#item || this.#closing) throw error
    const failure = { error, isTold: false }
    this.#failure = failure
    const block = this.#lastBlockOf(this.#item, error)
    return block === undefined ? this.#throw(failure) : { kind: 'block', block }
  }

  #throw(failure: Failure): never {
    failure.isTold = true
    throw failure.error
  }

  #lastBlockOf({ blocks, size }: Item, error: unknown): unknown {
    if (size !== undefined) return undefined
    try {
      return this.#replies.get(blocks)?.lastBlock(error)
    } catch (fault) {
      // The error that comes matters more; this one is told beside it.
      this.#errors.push(fault)
      return undefined
    }
  }

  #endSkipped({ blocks }: Item): NestedStep<Item> | PromiseLike<NestedStep<Item>> {
    this.#skipped = undefined
    if (blocks.literal !== undefined) this.#replies.get(blocks)?.count(blocks.literal ?? '')
    this.#settle(blocks)
    return this.next()
  }

  readonly #takeValue = (step: Step): NestedStep<Item> => {
    if (this.#closing) return this.#takeLate(step)
    if (step.done) {
      this.#isOver = true
      this.#values?.finish()
      return { kind: 'end' }
    }
    if (step.value === flush) return { kind: 'flush' }
    this.#item = this.#open(step.value, ++this.#count)
    return { kind: 'item', item: this.#item }
  }

  #takeListed(): NestedStep<Item> {
    const item = this.list?.[this.#count++]
    if (!item) return { kind: 'end' }
    // In another document, meanwhile.
    refuseRead(item.blocks, this.#count)
    this.#item = item
    return { kind: 'item', item }
  }

  // An item that comes after everything was closed: nobody else knows its body.
  #takeLate(step: Step): NestedStep<Item> {
    if (!step.done && this.#end) this.#closeUnread(step.value, this.#end)
    return { kind: 'end' }
  }

  #toList(values: readonly unknown[]): Item[] {
    const items: Item[] = []
    try {
      for (const value of values) items.push(this.#open(value, items.length + 1))
      return items
    } catch (error) {
      const end = toNestedEnd(error, false)
      for (const { blocks } of items) void this.#closeUnheard(blocks, end)
      for (const value of values.slice(items.length + 1)) this.#closeUnread(value, end)
      throw error
    }
  }

  #open(value: unknown, number: number): Item {
    if (typeof value !== 'object' || value === null) {
      throw new TypeError(
        `Cannot take number ${number}: it is ${describeValue(value)}; give an object with a \`body\``,
      )
    }
    const body = bodyOf(value)
    const blocks = toNestedBlocks(body)
    if (!blocks) throw notASource(body)
    refuseRead(blocks, number)
    if (!this.#take(body, blocks)) throw givenBefore(number)
    try {
      // Another reply of the same source, which is to be told of its end all the same.
      if (body instanceof Response && !this.#claim(blocks.source)) throw givenBefore(number)
      return this.#toItem(value, number, blocks)
    } catch (error) {
      const end = toNestedEnd(error, this.#isStarted)
      if (this.#values) this.#settleWith(blocks, end)
      else void this.#closeUnheard(blocks, end)
      throw error
    }
  }

  // False for what can be read once and is another item's body already.
  #take(body: unknown, blocks: Blocks): boolean {
    if (!this.#claim(body instanceof Response ? blocks : body)) return false
    const { options } = body instanceof Reply ? body : {}
    if (options?.onClose || options?.onError) this.#replies.set(blocks, new NestedReply(blocks, options))
    return true
  }

  // False for what can be read once and was given before.
  #claim(source: unknown): boolean {
    if (typeof source !== 'object' || source === null) return true
    if (!(source instanceof Blocks) && !isReadOnce(source)) return true
    if (this.#given.has(source)) return false
    this.#given.add(source)
    return true
  }

  // Nothing to close in literals, but for what others have hung on them.
  #settle(blocks: Blocks): void {
    if (blocks.literal !== undefined && !blocks.hasClosers && !this.#replies.has(blocks)) return
    this.#settleWith(blocks, { kind: 'complete' })
  }

  #settleWith(blocks: Blocks, end: NestedEnd): void {
    this.#settling = this.#closeBody(blocks, end).then(() => {
      this.#settling = undefined
    })
  }

  async #closeBody(blocks: Blocks, end: NestedEnd): Promise<void> {
    this.#errors.push(...(await this.#closeAndTell(blocks, end)))
  }

  // Nobody is there any more who is told what is thrown: it becomes a warning of the process.
  async #closeUnheard(blocks: Blocks, end: NestedEnd): Promise<void> {
    for (const error of await this.#closeAndTell(blocks, end)) process.emitWarning(toError(error))
  }

  async #closeAndTell(blocks: Blocks, end: NestedEnd): Promise<unknown[]> {
    // Who else has closed it has told it of its end.
    const isClosed = blocks.isClosed
    const errors = await blocks.close(end.error)
    if (isClosed) return errors
    return [...errors, ...((await this.#replies.get(blocks)?.tellClosed(end)) ?? [])]
  }

  #closeUnread(value: unknown, end: NestedEnd): void {
    if (typeof value !== 'object' || value === null) return
    const body = bodyOf(value)
    const blocks = toNestedBlocks(body)
    if (blocks && !blocks.started && this.#take(body, blocks)) void this.#closeUnheard(blocks, end)
  }

  async #close(reason: unknown): Promise<unknown[]> {
    const failure = this.#failure
    const cause = reason ?? failure?.error
    const end = toNestedEnd(cause, this.#isStarted)
    this.#end = end
    await this.#settling
    if (failure && !failure.isTold) this.#errors.push(failure.error)
    const [item, skipped, rest] = [this.#item, this.#skipped, this.list?.slice(this.#count) ?? []]
    this.#item = undefined
    if (item) await this.#closeBody(item.blocks, failure ? { kind: 'failed', error: failure.error } : end)
    if (skipped) await this.#closeBody(skipped.blocks, end)
    if (this.#values) this.#errors.push(...(await this.#values.close(cause)))
    for (const { blocks } of rest) await this.#closeBody(blocks, end)
    return this.#errors
  }
}

function whenThere<T>(step: Step | PromiseLike<Step>, take: (step: Step) => T): T | PromiseLike<T> {
  return isPromiseLike(step) ? step.then(take) : take(step)
}

// Read a second time it would be empty, and nobody would know.
function refuseRead(blocks: Blocks, number: number): void {
  if (!blocks.started && !blocks.isClosed) return
  throw new TypeError(`Cannot take number ${number}: its body was read before; make it anew for each reply`)
}

function givenBefore(number: number): TypeError {
  return new TypeError(
    `Cannot take number ${number}: its body was given before, and can be read once; make it anew for each`,
  )
}

function bodyOf(value: object): unknown {
  return value instanceof Response ? value : Reflect.get(value, 'body')
}

// Undefined for what cannot be a body.
function toNestedBlocks(body: unknown): Blocks | undefined {
  if (body instanceof Response) return toUnread(blocksOf(body))
  if (body === undefined) return toBlocks(null)
  const isBody = isLiteral(body) || isSource(body) || (typeof body === 'object' && isBlob(body))
  return isBody ? toBlocks(body) : undefined
}

// Text and bytes may be sent again, and in several documents at a time: each reads them by itself.
function toUnread(blocks: Blocks): Blocks {
  const { literal, hasClosers, length } = blocks
  return literal === undefined || hasClosers ? blocks : toBlocks(literal, length)
}
