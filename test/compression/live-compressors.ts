import { createHook } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
})()

/** Collects garbage until nothing more comes of it. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    collect()
    await nextTurn()
  }
}

/** Counts what zlib holds in this thread, as Node.js itself tells it. */
export class LiveCompressors implements Disposable {
  readonly #living = new Set<number>()
  #most = 0
  #opened = 0
  #closed = 0
  readonly #hook = createHook({
    init: (id, type, _, handle) => type === 'ZLIB' && this.#open(id, handle),
    destroy: (id) => this.#living.delete(id),
    trackPromises: false,
  })

  constructor() {
    this.#hook.enable()
  }

  /** How many were opened so far. */
  get opened(): number {
    return this.#opened
  }

  /** How many were told to give their memory back, rather than left to the garbage collector. */
  get closed(): number {
    return this.#closed
  }

  /** How many there were at once. */
  get most(): number {
    return this.#most
  }

  /** How many there are; those that are closed count until the garbage is collected. */
  get left(): number {
    return this.#living.size
  }

  [Symbol.dispose](): void {
    this.#hook.disable()
  }

  #open(id: number, handle: object): void {
    this.#opened++
    this.#watch(handle)
    this.#living.add(id)
    this.#most = Math.max(this.#most, this.#living.size)
  }

  #watch(handle: object): void {
    const close: unknown = Reflect.get(handle, 'close')
    if (typeof close !== 'function')
      throw new Error('Cannot see when zlib is closed: its handle has no close()')
    let isClosed = false
    Object.defineProperty(handle, 'close', {
      value: () => {
        if (!isClosed) this.#closed++
        isClosed = true
        Reflect.apply(close, handle, [])
      },
    })
  }
}
