import type { Socket } from 'node:net'
import type { ShuttingDown } from '../../delivery/errors.ts'
import type { RateGuard } from '../guard/rate-guard.ts'
import type { HealthAnswers } from '../health/health-answers.ts'
import type { IdleCount } from '../http1/connection.ts'
import type { NodeRequestOptions } from '../http1/node-request.ts'
import type { HeadWatch } from '../limits/head-watch.ts'
import type { Limits } from '../limits/limits.ts'
import type { ServedWire } from '../wire.ts'

/** One protocol, on those connections of a port whose clients speak it. */
export interface Protocol {
  /** Takes a connection. What was read of it has been put back; that took so much of its time, in milliseconds. */
  take(socket: Socket, used?: number): void
  /**
   * Takes no more requests but those that are under way; resolves when every reply is over, its sources closed, and
   * every connection with it. Where it lingers, an idle connection stays open for one more reply; called again without
   * that, those that are idle end at once.
   */
  drain(options: { lingers: boolean }): Promise<void>
  /** Breaks every reply off, and then the connections. */
  abort(reason: ShuttingDown): void
}

/** What the protocols of one port share. */
export interface ProtocolPlan extends NodeRequestOptions {
  /** Called for each request that the server does not answer by itself. */
  readonly answer: (wire: ServedWire) => void
  /** Told of what goes wrong outside any reply. */
  readonly report: (error: unknown) => void
  /** What a client may ask. */
  readonly limits: Limits
  /** Ends connections that wait too long for a head; undefined where none does. */
  readonly heads: HeadWatch | undefined
  /** Cuts off who takes too little; undefined where nobody is. */
  readonly guard: RateGuard | undefined
  /** Answers for the server's health; undefined where nobody asks. */
  readonly health: HealthAnswers | undefined
  /** The connections that wait for their next request, of all protocols. */
  readonly idle: IdleCount
}
