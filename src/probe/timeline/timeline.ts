import type { ProbedBlock, ProbedHead } from '../measurement.ts'

/** What shows a probe while it goes on. */
export interface Timeline {
  addHead(track: number, head: ProbedHead): void
  addBlock(track: number, block: ProbedBlock): void
  /** Takes the drawing away, and stops; what follows is written in its place. */
  close(): void
}

/** What a timeline is written to, such as `process.stderr`. */
export interface TimelineOutput {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** A timeline that shows nothing. */
export const noTimeline: Timeline = { addHead() {}, addBlock() {}, close() {} }
