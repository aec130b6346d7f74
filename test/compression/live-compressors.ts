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

/** Counts what zlib holds in this process, as Node.js itself tells it. */
export class LiveCompressors implements Disposable {
  readonly #living = new Set<number>()
  #most = 0
  #opened = 0
  readonly #hook = createHook({
    init: (id, type) => type === 'ZLIB' && this.#open(id),
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

  #open(id: number): void {
    this.#opened++
    this.#living.add(id)
    this.#most = Math.max(this.#most, this.#living.size)
  }
}
