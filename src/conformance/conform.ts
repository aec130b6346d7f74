import type { ClientProtocol, ConnectOptions } from '../client/connection.ts'
import { ConnectError } from '../client/connection.ts'
import { hideCredentials } from '../client/hide-credentials.ts'
import { openConnection } from '../client/open-connection.ts'
import { splitCredentials } from '../client/split-credentials.ts'
import { AskedServer } from './asking/asked-server.ts'
import type { ConformanceCase, Guarantee } from './conformance-case.ts'
import { conformanceCases } from './conformance-cases.ts'
import { NotOffered } from './case-result.ts'
import { type CaseReport, type ConformanceReport, toConformanceReport } from './running/conformance-report.ts'
import { runCase } from './running/run-case.ts'
import { runCases } from './running/run-cases.ts'

/** How a server is asked. */
export interface ConformOptions extends ConnectOptions {
  /** Only about these guarantees; all by default. */
  only?: readonly Guarantee[] | undefined
  /** Only the cases that this takes; all by default. */
  filter?: ((one: ConformanceCase) => boolean) | undefined
  /** How many cases are run at a time, where they do not disturb each other; 6 by default. */
  concurrency?: number | undefined
  /** Milliseconds that anything may take that should be there at once; 3,000 by default. */
  patience?: number | undefined
  /** Milliseconds that one run of a case may take before it is given up; 20,000 by default. */
  caseTimeout?: number | undefined
  /** Told of each case when it is over. */
  onCase?: ((report: CaseReport) => void) | undefined
}

/** The server could not be asked; the message says why and what to do. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError'
  readonly code = 'CANNOT_ASK'
}

/**
 * Asks a server that has the endpoints of docs/conformance.md whether it keeps the guarantees. The cases of G14 stop it, after
 * all others.
 * @throws ConformanceError when it cannot be connected to, or does not answer `/hello`; RangeError for options without a case.
 */
export async function conform(
  target: string | URL,
  options: ConformOptions = {},
): Promise<ConformanceReport> {
  const { url, authorization } = splitCredentials(toUrl(target))
  const cases = selectCases(options)
  const { concurrency = 6, patience = 3000, caseTimeout = 20_000, onCase } = options
  const when = new Date()
  const start = performance.now()
  const protocol = await findProtocol(url, { ...options, patience, authorization })
  const asked = { ...toConnectOptions(options), protocol, patience, authorization, suite: {} }
  const reports = new Map<string, CaseReport>()
  const run = async (one: ConformanceCase): Promise<void> => {
    const report = await runCase(one, { url, options: asked, limit: caseTimeout })
    reports.set(one.name, report)
    onCase?.(report)
  }
  await runCases(cases, { run, concurrency: Math.max(1, concurrency) })
  const inOrder = cases.flatMap(({ name }) => reports.get(name) ?? [])
  return toConformanceReport({ url, protocol, when, took: performance.now() - start, cases: inOrder })
}

/** The cases that are run with these options. @throws RangeError when there is none. */
export function selectCases({
  only,
  filter,
}: Pick<ConformOptions, 'only' | 'filter'>): readonly ConformanceCase[] {
  const cases = conformanceCases.filter(
    (one) => (only?.includes(one.guarantee) ?? true) && (filter?.(one) ?? true),
  )
  if (cases.length === 0) throw new RangeError('Cannot ask anything: no case is left by `only` and `filter`')
  return cases
}

function toUrl(target: string | URL): URL {
  const url = typeof target === 'string' ? URL.parse(target) : target
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new ConformanceError(
    `Cannot ask ${hideCredentials(String(target))}: give an address such as http://localhost:3000`,
  )
}

function toConnectOptions({ ca, insecure, timeout, signal }: ConnectOptions): ConnectOptions {
  return { ca, insecure, timeout, signal }
}

/** What the server speaks with whom asks, when it answers at all. */
async function findProtocol(
  url: URL,
  options: ConformOptions & { patience: number; authorization: string | undefined },
): Promise<ClientProtocol> {
  const connection = await openConnection(url, options).catch((error: unknown) => {
    throw toConformanceError(url, error)
  })
  const { protocol } = connection
  const { patience, authorization } = options
  const server = new AskedServer(url, { patience, authorization, protocol, suite: {}, pace: 1 })
  try {
    const reply = await server.askWhole('/hello', { connection })
    if (reply.status === 200 && reply.text.trimEnd() === 'hello') return protocol
    throw new ConformanceError(
      `Cannot ask ${url.host}: /hello does not answer hello, but ${reply.status || 'nothing'}`,
    )
  } catch (error) {
    throw toConformanceError(url, error)
  } finally {
    connection.close()
  }
}

function toConformanceError(url: URL, error: unknown): unknown {
  if (error instanceof NotOffered) {
    const advice = 'implement the endpoints of docs/conformance.md'
    return new ConformanceError(`Cannot ask ${url.host}: it has no /hello (${error.message}); ${advice}`, {
      cause: error,
    })
  }
  return error instanceof ConnectError ? new ConformanceError(error.message, { cause: error }) : error
}
