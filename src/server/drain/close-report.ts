/** A reply that did not end within the grace period. */
export interface AbortedReply {
  readonly method: string
  /** Of the request, without its query. */
  readonly path: string
  /** `HTTP/1.1`, and so on. */
  readonly protocol: string
  /** Bytes of the body that were handed to the transport, without framing; the client may have fewer. */
  readonly bytes: number
  /** Non-empty blocks that its source gave. */
  readonly blocks: number
  /** From the request to the end of the reply. */
  readonly milliseconds: number
}

/** What became of the replies that were live when a server began to close, and of those that came after that. */
export interface CloseReport {
  /** Replies that ended, completely. */
  readonly ended: number
  /** How many of these with a last block, before their source. */
  readonly lastBlocks: number
  /** Replies that failed, or whose client left, before they could end. */
  readonly broken: number
  /** Those that were broken off at the deadline. */
  readonly aborted: readonly AbortedReply[]
  /** How long all of it took. */
  readonly milliseconds: number
}

/** What several processes have done at the same time. */
export function sumReports(reports: readonly CloseReport[]): CloseReport {
  const sum = (count: (report: CloseReport) => number) =>
    reports.reduce((total, report) => total + count(report), 0)
  return {
    ended: sum(({ ended }) => ended),
    lastBlocks: sum(({ lastBlocks }) => lastBlocks),
    broken: sum(({ broken }) => broken),
    aborted: reports.flatMap(({ aborted }) => aborted),
    milliseconds: Math.max(0, ...reports.map(({ milliseconds }) => milliseconds)),
  }
}
