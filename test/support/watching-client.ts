import type { Protocol } from './test-client.ts'
import { WatchingThread } from './watching-thread.ts'

/** A client in a thread of its own that sees what a reply is on its connection, piece by piece. */
export class WatchingClient extends WatchingThread {
  /** `request`: as text of HTTP/1; `marks`: what is to be seen, in order. */
  constructor(
    { port, protocol = 'HTTP/1.1' }: { readonly port: number; readonly protocol?: Protocol },
    request: string,
    marks: readonly string[],
  ) {
    super(new URL('./watching-worker.ts', import.meta.url), { port, protocol, request, marks })
  }
}
