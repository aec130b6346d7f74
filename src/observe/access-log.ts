import type { Context } from '../context/context.ts'
import { type Ending, endingOf } from './ending-of.ts'
import { type RequestIdOptions, RequestIds } from './request-id.ts'
import {
  ReplyTimes,
  type WatchedEnd,
  WatchedReplies,
  type WatchedRequest,
  type Watching,
} from './watched-replies.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** What a logger is asked to do; one of pino does it. */
export type AccessLogger = Readonly<Record<LogLevel, (fields: object, message: string) => void>>

export interface AccessLogOptions {
  /** The level of a line by how the reply ended, `false` for no line; {@link defaultLevels} by default. */
  levels?: Partial<Readonly<Record<Ending, LogLevel | false>>>
  /** Logs the query too, or of it what has these names; nothing by default: queries hold secrets. */
  query?: boolean | readonly string[]
  /** Logs `User-Agent`; false by default. */
  userAgent?: boolean
  /** Where the number of a request comes from; `false` for none. */
  requestId?: RequestIdOptions | false
  /** Logs each reply that is still being sent, every so many milliseconds; never by default. */
  progress?: { every: number }
}

/** A reply that is cut, or refused by a fault, is an error; one that the server cut for a reason is a warning. */
export const defaultLevels: Readonly<Record<Ending, LogLevel>> = {
  complete: 'info',
  drained: 'info',
  refused: 'error',
  failed: 'error',
  'client-gone': 'info',
  'too-slow': 'warn',
  shutdown: 'warn',
}

/** What is known of a reply from its request. */
class LoggedReply extends ReplyTimes {
  readonly id: string | undefined
  readonly userAgent: string | undefined

  constructor(request: WatchedRequest, id: string | undefined, userAgent: string | undefined) {
    super(request)
    this.id = id
    this.userAgent = userAgent
  }
}

/**
 * Logs one line for each reply of the servers in this process that says how it ended, until it is stopped. A logger that
 * throws hurts no reply: a warning of the process tells it once.
 * @throws RangeError for an interval that is none.
 */
export function accessLog(logger: AccessLogger, options: AccessLogOptions = {}): Watching {
  const log = new AccessLog(logger, options)
  const { progress } = options
  if (!progress) return log.replies
  if (!(progress.every >= 1)) {
    log.replies.stop()
    throw new RangeError(`Cannot log progress every ${progress.every} ms: give 1 or more`)
  }
  const timer = setInterval(() => log.tellProgress(progress.every), progress.every).unref()
  const stop = () => {
    clearInterval(timer)
    log.replies.stop()
  }
  return { stop, [Symbol.dispose]: stop }
}

class AccessLog {
  readonly replies: WatchedReplies<LoggedReply>
  readonly #logger: AccessLogger
  readonly #levels: Readonly<Record<Ending, LogLevel | false>>
  readonly #query: boolean | readonly string[]

  constructor(logger: AccessLogger, options: AccessLogOptions) {
    const { levels, query = false, userAgent = false, requestId: ids = {} } = options
    const requestIds = ids && new RequestIds(ids)
    this.#logger = logger
    this.#levels = { ...defaultLevels, ...levels }
    this.#query = query
    this.replies = new WatchedReplies<LoggedReply>({
      task: 'write the access log',
      read: (request) => {
        const agent = userAgent ? request.reply.requestField('user-agent') : undefined
        return new LoggedReply(request, requestIds ? requestIds.take(request) : undefined, agent)
      },
      closed: (reply, end, now) => this.#tellEnd(reply, end, now),
    })
  }

  tellProgress(every: number): void {
    const now = performance.now()
    for (const reply of this.replies.inFlight.values()) {
      if (now - reply.startedAt < every) continue
      this.replies.guard(() => this.#tellFlight(reply, now))
    }
  }

  #tellFlight(reply: LoggedReply, now: number): void {
    const { request, id, awaitedAt } = reply
    const fields = {
      method: request.method,
      path: request.path,
      route: request.route,
      protocol: request.protocol,
      remoteAddress: request.remoteAddress,
      ...request.reply.progress,
      durationMs: toMs(now - reply.startedAt),
      waitingMs: awaitedAt > 0 ? toMs(now - awaitedAt) : undefined,
      requestId: id,
    }
    this.#logger.info(fields, 'reply in flight')
  }

  #tellEnd(reply: LoggedReply, end: WatchedEnd, now: number): void {
    const { outcome, context } = end
    const ending = endingOf(outcome)
    const level = this.#levels[ending]
    if (level === false) return
    const { request, startedAt, firstBlockAt, longestWait } = reply
    const fields = {
      outcome: ending,
      method: request.method,
      path: request.path,
      query: this.#query && context ? formatQuery(context, this.#query) : undefined,
      route: end.route,
      status: end.status,
      protocol: request.protocol,
      remoteAddress: request.remoteAddress,
      bytes: outcome.bytes,
      blocks: outcome.blocks,
      firstBlockMs: firstBlockAt > 0 ? toMs(firstBlockAt - startedAt) : undefined,
      durationMs: toMs(now - startedAt),
      longestWaitMs: longestWait > 0 ? toMs(longestWait) : undefined,
      userAgent: reply.userAgent,
      requestId: reply.id,
      error: ending === 'failed' || ending === 'refused' ? String(outcome.error) : undefined,
    }
    this.#logger[level](fields, messages[ending])
  }
}

const messages: Readonly<Record<Ending, string>> = {
  complete: 'reply complete',
  drained: 'reply drained',
  refused: 'reply refused',
  failed: 'reply failed',
  'client-gone': 'reply broken off: client gone',
  'too-slow': 'reply broken off: client too slow',
  shutdown: 'reply broken off: shutdown',
}

function formatQuery({ query }: Context, wanted: true | readonly string[]): string | undefined {
  if (query.size === 0) return undefined
  const shown = wanted === true ? query : [...query].filter(([name]) => wanted.includes(name))
  return new URLSearchParams(shown).toString() || undefined
}

// Hundredths of a millisecond say enough.
function toMs(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}
