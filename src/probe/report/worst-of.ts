import type { ProbedConnection, ProbeReport } from '../measurement.ts'

/** The connection that the verdict of a report is of: the worst. */
export function worstOf({ connections, verdict }: ProbeReport): ProbedConnection {
  return (
    connections.find((one) => one.verdict.kind === verdict.kind && one.verdict.line === verdict.line) ??
    connections[0] ?? { verdict, expectations: [] }
  )
}
