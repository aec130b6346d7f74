// Invariants: one thing is asked for at a time, all of an item's body before the next item; a body that has come to
// its end is closed before the next item is asked for; what was opened, and what was never reached, is closed once, the
// innermost first (G5).
import { describeValue, flush } from '../../body/block.ts'
import { type Blocks, toBlocks } from '../../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../../body/run-closers.ts'
import {
  type Body,
  isBlob,
  isLiteral,
  isSource,
  notASource,
  type SourceInit,
  type Step,
} from '../../body/source.ts'
import { blocksOf } from '../../reply/with-blocks.ts'

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

/** Items with a body each, read one after the other. */
export class NestedBodies<Item extends NestedItem> {
  /** All items, where they were given as a list. */
  readonly list: readonly Item[] | undefined
  readonly #values: Blocks | undefined
  readonly #toItem: ToItem<Item>
  readonly #errors: unknown[] = []
  #count = 0
  #item: Item | undefined
  #isOver = false
  #settling: Promise<void> | undefined
  #closing: Promise<unknown[]> | undefined

  /**
   * Looks at every item of a list at once; at those of a source when they come.
   * @throws TypeError for what are no items, and whatever `toItem` throws; all bodies are closed then.
   */
  constructor(items: unknown, toItem: ToItem<Item>) {
    this.#toItem = toItem
    if (Array.isArray(items)) this.list = toList(items, toItem)
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
    if (this.#item) return whenThere(this.#item.blocks.next(), this.#takeBlock)
    return this.#values ? whenThere(this.#values.next(), this.#takeValue) : this.#takeListed()
  }

  /** Goes on with the next item: this one's body was taken whole, as the literal that it is. */
  skipBody(): void {
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

  readonly #takeBlock = (step: Step): NestedStep<Item> => {
    const item = this.#item
    if (!item) return { kind: 'end' }
    if (!step.done) return { kind: 'block', block: step.value }
    this.#item = undefined
    item.blocks.finish()
    if (item.blocks.literal === undefined) this.#settle(item.blocks)
    return { kind: 'item-end', item }
  }

  readonly #takeValue = (step: Step): NestedStep<Item> => {
    if (this.#closing) return this.#takeLate(step)
    if (step.done) {
      this.#isOver = true
      this.#values?.finish()
      return { kind: 'end' }
    }
    if (step.value === flush) return { kind: 'flush' }
    this.#item = openItem(step.value, ++this.#count, this.#toItem)
    return { kind: 'item', item: this.#item }
  }

  #takeListed(): NestedStep<Item> {
    const item = this.list?.[this.#count++]
    if (!item) return { kind: 'end' }
    this.#item = item
    return { kind: 'item', item }
  }

  // An item that comes after everything was closed: nobody else knows its body.
  #takeLate(step: Step): NestedStep<Item> {
    if (!step.done && typeof step.value === 'object' && step.value !== null)
      void toNestedBlocks(step.value)?.close()
    return { kind: 'end' }
  }

  #settle(blocks: Blocks): void {
    this.#settling = blocks.close().then((errors) => {
      this.#errors.push(...errors)
      this.#settling = undefined
    })
  }

  async #close(reason: unknown): Promise<unknown[]> {
    await this.#settling
    const rest = this.list?.slice(this.#count) ?? []
    const open = [this.#item?.blocks, this.#values, ...rest.map(({ blocks }) => blocks)]
    this.#item = undefined
    for (const blocks of open) if (blocks) this.#errors.push(...(await blocks.close(reason)))
    return this.#errors
  }
}

function whenThere<T>(step: Step | PromiseLike<Step>, take: (step: Step) => T): T | PromiseLike<T> {
  return isPromiseLike(step) ? step.then(take) : take(step)
}

function toList<Item extends NestedItem>(values: readonly unknown[], toItem: ToItem<Item>): Item[] {
  const items: Item[] = []
  try {
    for (const value of values) items.push(openItem(value, items.length + 1, toItem))
    return items
  } catch (error) {
    for (const { blocks } of items) void blocks.close(error)
    for (const value of values.slice(items.length + 1)) {
      if (typeof value === 'object' && value !== null) void toNestedBlocks(value)?.close(error)
    }
    throw error
  }
}

function openItem<Item>(value: unknown, number: number, toItem: ToItem<Item>): Item {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(
      `Cannot take number ${number}: it is ${describeValue(value)}; give an object with a \`body\``,
    )
  }
  const blocks = toNestedBlocks(value)
  if (!blocks) throw notASource(Reflect.get(value, 'body'))
  // Read a second time it would be empty, and nobody would know.
  if (blocks.started || blocks.isClosed) {
    throw new TypeError(`Cannot take number ${number}: its body was read before; make it anew for each reply`)
  }
  try {
    return toItem(value, number, blocks)
  } catch (error) {
    void blocks.close(error)
    throw error
  }
}

// Undefined for what cannot be a body.
function toNestedBlocks(value: object): Blocks | undefined {
  if (value instanceof Response) return blocksOf(value)
  const body: unknown = Reflect.get(value, 'body')
  if (body instanceof Response) return blocksOf(body)
  if (body === undefined) return toBlocks(null)
  const isBody = isLiteral(body) || isSource(body) || (typeof body === 'object' && isBlob(body))
  return isBody ? toBlocks(body) : undefined
}
