import type { Delivery } from '../delivery/pump.ts'
import type { Context } from '../context/context.ts'
import type { Match } from '../gateway/router.ts'

/** What the exchanges of one server share. */
export interface Application {
  /** Finds what answers a request. */
  find(method: string, path: string): Match
  /** Told of every fault, once: what a handler, a body or a closer threw. */
  report(error: unknown, context: Context | undefined): void
  readonly maxRequestBytes: number
  readonly delivery: Delivery
}
