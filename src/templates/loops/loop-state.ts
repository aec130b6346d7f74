/** The value of `loop` where the number of items is known. */
export class LoopState {
  index = 1
  index0 = 0
  revindex: number
  revindex0: number
  first = true
  last: boolean
  readonly length: number
  readonly #itemAt: (index: number) => unknown

  constructor(length: number, itemAt: (index: number) => unknown) {
    this.length = length
    this.revindex = length
    this.revindex0 = length - 1
    this.last = length === 1
    this.#itemAt = itemAt
  }

  /** The item before this one; undefined at the first. */
  get previtem(): unknown {
    return this.first ? undefined : this.#itemAt(this.index0 - 1)
  }

  /** The item after this one; undefined at the last. */
  get nextitem(): unknown {
    return this.#itemAt(this.index0 + 1)
  }

  move(index: number): void {
    this.index = index + 1
    this.index0 = index
    this.revindex = this.length - index
    this.revindex0 = this.length - index - 1
    this.first = index === 0
    this.last = index === this.length - 1
  }
}

interface LazyLoopInit {
  /** Reads until that many items wait; tells whether there are as many. */
  readAhead: (count: number) => boolean | PromiseLike<boolean>
  /** The items that wait. */
  ahead: readonly unknown[]
}

/**
 * The value of `loop` where items are read one at a time: `last` and `nextitem` read one item ahead, `length`,
 * `revindex` and `revindex0` all of them. Of an async source each of those is a promise.
 */
export class LazyLoop {
  index = 0
  index0 = -1
  readonly #init: LazyLoopInit
  #previous: unknown

  constructor(init: LazyLoopInit) {
    this.#init = init
    // Own properties, so that a dump of `loop` shows them.
    const define = (name: string, get: () => unknown) => {
      Object.defineProperty(this, name, { get, enumerable: true, configurable: true })
    }
    define('revindex', () => this.#whenRead((ahead) => ahead + 1))
    define('revindex0', () => this.#whenRead((ahead) => ahead))
    define('first', () => this.index === 1)
    define('last', () => this.#whenNext((isThere) => !isThere))
    define('length', () => this.#whenRead((ahead) => this.index + ahead))
  }

  /** The item before this one; undefined at the first. */
  get previtem(): unknown {
    return this.#previous
  }

  /** The item after this one, read ahead; undefined at the last. */
  get nextitem(): unknown {
    return this.#whenNext(() => this.#init.ahead[0])
  }

  move(previous: unknown): void {
    this.#previous = previous
    this.index++
    this.index0++
  }

  #whenNext<T>(use: (isThere: boolean) => T): T | PromiseLike<T> {
    const isThere = this.#init.readAhead(1)
    return typeof isThere === 'boolean' ? use(isThere) : isThere.then(use)
  }

  #whenRead(use: (ahead: number) => number): number | PromiseLike<number> {
    const count = () => use(this.#init.ahead.length)
    const isThere = this.#init.readAhead(Infinity)
    return typeof isThere === 'boolean' ? count() : isThere.then(count)
  }
}
