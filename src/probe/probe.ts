import { setTimeout as wait } from 'node:timers/promises'
import { ConnectError, type Connection, type OutgoingRequest } from '../client/connection.ts'
import { hideCredentials } from '../client/hide-credentials.ts'
import { openConnection } from '../client/open-connection.ts'
import { splitCredentials } from '../client/split-credentials.ts'
import type {
  Measurement,
  ProbedConnection,
  ProbeOptions,
  ProbeReport,
  Verdict,
  VerdictKind,
} from './measurement.ts'
import { StallWatch } from './arrivals/stall-watch.ts'
import { ReplyWatch } from './reply-watch.ts'
import { toRequest } from './to-request.ts'
import { compareExpectation } from './verdict/compare-expectation.ts'
import { judge, judgeFailure, judgeSilence } from './verdict/judge.ts'
import { type Expectation, parseExpectations } from './verdict/parse-expectation.ts'

const defaultDuration = 10_000
/** By thousands, as the command counts. */
export const defaultMaxBytes = 256_000_000
const mostConnections = 100
/** Milliseconds in which bytes are waited for that a reply with a length should not have. */
const extraWait = 20

/**
 * Asks a server, and tells how its reply came, block by block, and what that says.
 * A server that cannot be asked is a verdict, too, and no error.
 * @throws {TypeError | RangeError | SyntaxError} for a URL, an option or an expectation that cannot be used.
 */
export async function probe(url: string | URL, options: ProbeOptions = {}): Promise<ProbeReport> {
  const given = toUrl(url)
  const expectations = options.expect === undefined ? [] : parseExpectations(options.expect)
  const { connections: count = 1 } = checkOptions(options)
  const request = toRequest(given, options)
  // What comes after may end in a report.
  const { url: target } = splitCredentials(given)
  const when = new Date().toISOString()
  // Node 22 cannot read `using`, and takes TypeScript as it is written.
  const stalls = new StallWatch()
  const asked = Array.from({ length: count }, (_, index) =>
    new Asking({ url: target, request, options, expectations, index, stalls }).run(),
  )
  const connections = await Promise.all(asked).finally(() => stalls[Symbol.dispose]())
  const verdict = findWorst(connections)
  const isGood = connections.every(
    (one) => one.verdict.isGood && one.expectations.every(({ isMet }) => isMet),
  )
  return { url: target.href, method: request.method, when, connections, verdict, isGood }
}

interface AskingInit {
  readonly url: URL
  readonly request: OutgoingRequest
  readonly options: ProbeOptions
  readonly expectations: readonly Expectation[]
  readonly index: number
  readonly stalls: StallWatch
}

/** One connection with one request. */
class Asking {
  readonly #init: AskingInit

  constructor(init: AskingInit) {
    this.#init = init
  }

  async run(): Promise<ProbedConnection> {
    const { url, options } = this.#init
    const { protocol, ca, insecure, timeout, signal } = options
    try {
      const connection = await openConnection(url, { protocol, ca, insecure, timeout, signal })
      return await this.#ask(connection).finally(() => connection[Symbol.asyncDispose]())
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      const fault = { kind: error.fault, message: error.message }
      return { verdict: judgeFailure(error.message), expectations: [], fault }
    }
  }

  async #ask(connection: Connection): Promise<ProbedConnection> {
    const { options, request, index } = this.#init
    const sentAt = performance.now()
    const watch = new ReplyWatch({
      sentAt,
      maxBytes: options.maxBytes ?? defaultMaxBytes,
      onHead: (head) => options.onHead?.(head, index),
      onBlock: (block) => options.onBlock?.(block, index),
    })
    watch.follow(connection.send(request, watch))
    await this.#watch(watch)
    const reply = await watch.tell()
    if (!reply) return this.#tellNothing(watch)
    const stalled = this.#init.stalls.longest
    return this.#tell({
      ...reply,
      protocol: connection.protocol,
      isSecure: connection.isSecure,
      times: { ...toTimes(connection, sentAt), ...reply.times },
      ...(stalled !== undefined && { stalled }),
    })
  }

  async #watch(watch: ReplyWatch): Promise<void> {
    const { duration = defaultDuration, signal } = this.#init.options
    const timer = setTimeout(() => watch.leave('duration'), duration)
    const onAbort = (): void => watch.leave('signal')
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    await watch.over.finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
    // A Content-Length that is too small shows by what comes after it.
    if (watch.ending?.kind === 'complete') await wait(extraWait)
  }

  #tell(measurement: Measurement): ProbedConnection {
    const { expectations } = this.#init
    const verdict = judge(measurement, expectations)
    const results = expectations.map((one) => compareExpectation(one, measurement))
    return { verdict, expectations: verdict.kind === 'failed' ? [] : results, measurement }
  }

  #tellNothing({ ending }: ReplyWatch): ProbedConnection {
    const { duration = defaultDuration, signal } = this.#init.options
    if (ending?.kind !== 'cut') {
      const verdict = signal?.aborted
        ? judgeFailure('The probe was stopped before a reply came')
        : judgeSilence(duration)
      return { verdict, expectations: [] }
    }
    const message = `No reply came: ${ending.message}`
    return { verdict: judgeFailure(message), expectations: [], fault: { kind: 'protocol', message } }
  }
}

function toTimes(
  { times }: Connection,
  sentAt: number,
): Pick<Measurement['times'], 'started' | 'connected' | 'secured'> {
  const since = (at: number): number => Math.round((at - sentAt) * 1000) / 1000
  const { started, connected, secured } = times
  return {
    started: since(started),
    connected: since(connected),
    ...(secured !== undefined && { secured: since(secured) }),
  }
}

const order: readonly VerdictKind[] = [
  'failed',
  'cut-off',
  'looks-complete',
  'silent',
  'held-to-the-end',
  'held-in-bursts',
  'not-streamed',
  'streamed',
]

function findWorst(connections: readonly ProbedConnection[]): Verdict {
  const verdicts = connections.map(({ verdict }) => verdict)
  const [worst = judgeFailure('No connection was asked for')] = verdicts.toSorted(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
  )
  return worst
}

function toUrl(url: string | URL): URL {
  const parsed = URL.parse(String(url))
  const shown = hideCredentials(String(url))
  if (!parsed)
    throw new TypeError(`Cannot probe ${JSON.stringify(shown)}: it is no URL, write http:// before it`)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    throw new TypeError(`Cannot probe ${shown}: only http: and https: are known`)
  return parsed
}

function checkOptions(options: ProbeOptions): ProbeOptions {
  const { connections = 1, duration = defaultDuration, maxBytes = defaultMaxBytes } = options
  if (!Number.isInteger(connections) || connections < 1 || connections > mostConnections)
    throw new RangeError(
      `Cannot use ${connections} connections: give a whole number from 1 to ${mostConnections}`,
    )
  if (!(duration > 0 && duration < 2 ** 31))
    throw new RangeError(`Cannot watch for ${duration} ms: give more than 0, and less than 25 days`)
  if (!(maxBytes > 0)) throw new RangeError(`Cannot stop after ${maxBytes} bytes: give more than 0`)
  return options
}
