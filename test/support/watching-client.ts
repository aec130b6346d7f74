import { WatchingThread } from './watching-thread.ts'

/** A client in a thread of its own that sees the very bytes of a reply. */
export class WatchingClient extends WatchingThread {
  /** `marks`: what is to be seen, in order. */
  constructor(port: number, request: string, marks: readonly string[]) {
    super(new URL('./watching-worker.mjs', import.meta.url), { port, request, marks })
  }
}
