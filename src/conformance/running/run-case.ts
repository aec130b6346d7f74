import { AskedServer, type AskedServerOptions } from '../asking/asked-server.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { couldNotRun, NotOffered, notOffered, type CaseResult } from '../case-result.ts'
import { type CaseReport, toCaseReport } from './conformance-report.ts'

// What a busy machine has disturbed once is given three times as long.
const SLOWER = 3

const MOST_RUNS = 5

export interface Target {
  readonly url: URL
  readonly options: Omit<AskedServerOptions, 'pace'>
  /** Milliseconds that one run of a case may take. */
  readonly limit: number
}

/** Runs one case: again, and more slowly, before it calls something broken; and again while that is doubtful. */
export async function runCase(one: ConformanceCase, target: Target): Promise<CaseReport> {
  const start = performance.now()
  const first = await runOnce(one, target, 1)
  let result = first
  let runs = 1
  while (result.kind === 'broken' && one.place !== 'last' && runs < (result.isDoubtful ? MOST_RUNS : 2)) {
    result = mergeRuns(first, await runOnce(one, target, SLOWER))
    runs += 1
  }
  return toCaseReport(one, result, { took: performance.now() - start, runs })
}

// What is broken each time is told by its first run, whose times are those of all other servers.
function mergeRuns(first: CaseResult, last: CaseResult): CaseResult {
  if (last.kind !== 'broken')
    return { ...last, evidence: [...last.evidence, `At the first try: ${first.figure}.`] }
  const evidence = [...first.evidence, `Again, more slowly: ${last.figure}.`]
  return { ...first, evidence, isDoubtful: last.isDoubtful ?? false }
}

async function runOnce(
  one: ConformanceCase,
  { url, options, limit }: Target,
  pace: number,
): Promise<CaseResult> {
  const server = new AskedServer(url, { ...options, pace })
  const { promise, resolve } = Promise.withResolvers<CaseResult>()
  const timer = setTimeout(() => resolve(couldNotRun(`it took longer than ${limit * pace} ms`)), limit * pace)
  one.run(server).then(resolve, (error: unknown) => resolve(toResult(error)))
  try {
    return await promise
  } finally {
    server.close()
    clearTimeout(timer)
  }
}

function toResult(error: unknown): CaseResult {
  if (error instanceof NotOffered) return notOffered(error.message)
  return couldNotRun(error instanceof Error ? error.message : String(error))
}
