import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** How long the CPU stays blocked for a client that never sees its block, in milliseconds. */
const GIVE_UP = 10_000

/** A client in a thread of its own, whose sight can be waited for while this thread does nothing else. */
export class WatchingThread {
  readonly #worker: Worker
  readonly #seen: Int32Array

  /** The script counts into `shared` of its data how much it has seen, and posts a message when it is ready. */
  constructor(script: URL, data: object) {
    const shared = new SharedArrayBuffer(4)
    this.#seen = new Int32Array(shared)
    this.#worker = new Worker(script, { workerData: { ...data, shared } })
  }

  /** Resolves when the client is ready; nothing is asked before {@link send}. */
  async ready(): Promise<void> {
    await once(this.#worker, 'message')
  }

  send(): void {
    this.#worker.postMessage('send')
  }

  /** Blocks the CPU until the client has seen this many marks; false when it does not. */
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
