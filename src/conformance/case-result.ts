/** What was seen: the guarantee was kept or broken, the server has no such endpoint, or nothing can be said. */
export type CaseKind = 'kept' | 'broken' | 'not offered' | 'could not run'

/** What one case has seen. */
export interface CaseResult {
  readonly kind: CaseKind
  /** What was measured, for a cell of a table: `0.4 ms`, `all at 903 ms`. */
  readonly figure: string
  /** What leads to it, a sentence each. */
  readonly evidence: readonly string[]
  /** Broken, but a machine that is busy may look the same: it is looked at some more times. */
  readonly isDoubtful?: boolean
}

/** The guarantee was kept. */
export function kept(figure: string, ...evidence: string[]): CaseResult {
  return { kind: 'kept', figure, evidence }
}

/** The guarantee was broken. */
export function broken(figure: string, ...evidence: string[]): CaseResult {
  return { kind: 'broken', figure, evidence }
}

/** The guarantee seems to be broken, or the machine is busy. */
export function perhapsBroken(figure: string, ...evidence: string[]): CaseResult {
  return { ...broken(figure, ...evidence), isDoubtful: true }
}

/** The server does not have what is asked for. */
export function notOffered(why: string): CaseResult {
  return { kind: 'not offered', figure: '–', evidence: [why] }
}

/** Nothing can be said of the server. */
export function couldNotRun(why: string): CaseResult {
  return { kind: 'could not run', figure: '?', evidence: [why] }
}

/** Thrown by what asks a server, where the server says that it has no such endpoint. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

/** Milliseconds as a cell shows them: one decimal below ten, none above. */
export function toFigure(ms: number): string {
  return `${ms < 10 ? Math.max(0, ms).toFixed(1) : Math.round(ms)} ms`
}
