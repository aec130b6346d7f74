import type { Encoding } from 'millrace/middleware'
import { WatchingThread } from '../support/watching-thread.ts'

/** A client in a thread of its own that sees what it has decoded. */
export class WatchingDecoder extends WatchingThread {
  /** `marks`: what is to be seen in the body, in order. */
  constructor(url: string, encoding: Encoding, marks: readonly string[]) {
    super(new URL('./decoding-worker.mjs', import.meta.url), { url, encoding, marks })
  }
}
