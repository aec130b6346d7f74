import { isPromiseLike } from '../../body/run-closers.ts'
import { LazyLoop, LoopState } from './loop-state.ts'
import type { Program } from '../jinja/scope.ts'
import type { Render } from '../jinja/render.ts'
import { openAsync } from '../jinja/to-piece.ts'

/** What a `for` goes through, one item at a time. */
export interface LoopItems {
  /** The value of `loop`. */
  readonly loop: object
  /** True where the items are keys with their values. */
  readonly isKeyed: boolean
  /** The item at hand, or the value of the key at hand. */
  readonly value: unknown
  readonly key: unknown
  /** Goes on to the next item; false when there is none. */
  advance(): boolean | PromiseLike<boolean>
}

interface ItemsInit {
  /** True for `for key, value in …`. */
  isPair: boolean
  render: Render<Program>
}

/** The items of a value: of an array as it grows, an iterable as it is read, an async source, an object by key. */
export function openItems(value: {}, { isPair, render }: ItemsInit): LoopItems {
  if (Array.isArray(value)) return new IndexedItems(value)
  if (typeof value === 'object') {
    const iterator = openAsync(value) ?? openSync(value)
    if (iterator) {
      render.begin(value, iterator)
      return new LazyItems(iterator, render)
    }
  }
  return isPair ? new KeyedItems(value) : new IndexedItems(value)
}

function openSync(value: object): Iterator<unknown> | undefined {
  return isIterable(value) ? value[Symbol.iterator]() : undefined
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === 'function'
}

class IndexedItems implements LoopItems {
  readonly isKeyed = false
  readonly loop: LoopState
  readonly key = undefined
  value: unknown
  readonly #list: {}
  #index = -1

  constructor(list: {}) {
    this.#list = list
    this.loop = new LoopState(this.#size, (index) => this.#at(index))
  }

  // Whatever has a length can be gone through by index, and may grow while it is.
  get #size(): number {
    return Number(Reflect.get(Object(this.#list), 'length'))
  }

  advance(): boolean {
    this.#index++
    if (!(this.#index < this.#size)) return false
    this.value = this.#at(this.#index)
    this.loop.move(this.#index)
    return true
  }

  #at(index: number): unknown {
    if (Array.isArray(this.#list)) return this.#list[index]
    return Reflect.get(Object(this.#list), index)
  }
}

class KeyedItems implements LoopItems {
  readonly isKeyed = true
  readonly loop: LoopState
  key: unknown
  value: unknown
  readonly #keys: string[] = []
  readonly #target: {}
  #index = -1

  constructor(target: {}) {
    this.#target = target
    // As in nunjucks: inherited keys are gone through, and not counted.
    for (const key in target) this.#keys.push(key)
    this.loop = new LoopState(Object.keys(target).length, (index) => this.#keys[index])
  }

  advance(): boolean {
    this.#index++
    const key = this.#keys[this.#index]
    if (key === undefined) return false
    this.key = key
    this.value = Reflect.get(Object(this.#target), key)
    this.loop.move(this.#index)
    return true
  }
}

type Source = Iterator<unknown> | AsyncIterator<unknown>

class LazyItems implements LoopItems {
  readonly isKeyed = false
  readonly loop: LazyLoop
  readonly key = undefined
  value: unknown
  readonly #source: Source
  readonly #render: Render<Program>
  /** Read because `loop.last`, `loop.nextitem` or `loop.length` was asked for. */
  readonly #ahead: unknown[] = []
  #isOver = false
  #reading: PromiseLike<boolean> | undefined

  constructor(source: Source, render: Render<Program>) {
    this.#source = source
    this.#render = render
    this.loop = new LazyLoop({
      readAhead: (count) => this.#readAhead(count),
      ahead: this.#ahead,
    })
  }

  advance(): boolean | PromiseLike<boolean> {
    const isThere = this.#readAhead(1)
    return typeof isThere === 'boolean' ? this.#take(isThere) : isThere.then((is) => this.#take(is))
  }

  #take(isThere: boolean): boolean {
    if (!isThere) return false
    const previous = this.value
    this.value = this.#ahead.shift()
    this.loop.move(previous)
    return true
  }

  // True when that many items are ahead.
  #readAhead(count: number): boolean | PromiseLike<boolean> {
    if (this.#reading) return this.#reading.then(() => this.#readAhead(count))
    while (!this.#isOver && this.#ahead.length < count) {
      const step = this.#ask()
      if (isPromiseLike(step)) return this.#readOn(step, count)
      this.#keep(step)
    }
    return this.#ahead.length >= count
  }

  async #readOn(pending: PromiseLike<IteratorResult<unknown>>, count: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#reading = promise
    try {
      this.#keep(await pending)
      while (!this.#isOver && this.#ahead.length < count) this.#keep(await this.#ask())
    } catch (error) {
      this.#end()
      throw error
    } finally {
      this.#reading = undefined
      resolve(true)
    }
    return this.#ahead.length >= count
  }

  #ask(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>> {
    try {
      return this.#source.next()
    } catch (error) {
      this.#end()
      throw error
    }
  }

  #keep(step: IteratorResult<unknown>): void {
    if (step.done) this.#end()
    else this.#ahead.push(step.value)
  }

  #end(): void {
    this.#isOver = true
    this.#render.finish(this.#source)
  }
}
