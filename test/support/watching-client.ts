import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** How long the CPU stays blocked for a client that never sees its block, in milliseconds. */
const GIVE_UP = 10_000

/** A client in a thread of its own, whose sight can be waited for while this thread does nothing else. */
export class WatchingClient {
  readonly #worker: Worker
  readonly #seen: Int32Array

  /** `marks`: what is to be seen, in order. */
  constructor(port: number, request: string, marks: readonly string[]) {
    const shared = new SharedArrayBuffer(4)
    this.#seen = new Int32Array(shared)
    const workerData = { port, request, marks, shared }
    this.#worker = new Worker(new URL('./watching-worker.mjs', import.meta.url), { workerData })
  }

  /** Resolves when the connection is there; the request is not sent before {@link send}. */
  async connected(): Promise<void> {
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
