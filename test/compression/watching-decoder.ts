import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Encoding } from 'millrace/middleware'

/** How long the CPU stays blocked for a client that never sees its block, in milliseconds. */
const GIVE_UP = 10_000

/** A client in a thread of its own; what it has decoded can be waited for while this thread does nothing else. */
export class WatchingDecoder {
  readonly #worker: Worker
  readonly #seen: Int32Array

  /** `marks`: what is to be seen in the body, in order. */
  constructor(url: string, encoding: Encoding, marks: readonly string[]) {
    const shared = new SharedArrayBuffer(4)
    this.#seen = new Int32Array(shared)
    const workerData = { url, encoding, marks, shared }
    this.#worker = new Worker(new URL('./decoding-worker.mjs', import.meta.url), { workerData })
  }

  /** Resolves when the thread runs; nothing is sent before {@link send}. */
  async ready(): Promise<void> {
    await once(this.#worker, 'message')
  }

  send(): void {
    this.#worker.postMessage('send')
  }

  /** Blocks the CPU until the client has decoded this many marks; false when it does not. */
  blockUntilSeen(count: number): boolean {
    for (;;) {
      const seen = Atomics.load(this.#seen, 0)
      if (seen >= count) return true
      if (Atomics.wait(this.#seen, 0, seen, GIVE_UP) === 'timed-out') return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
