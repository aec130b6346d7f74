import type { VerdictKind } from '../measurement.ts'

/** The short names of verdicts. */
export const verdictNames: Readonly<Record<VerdictKind, string>> = {
  streamed: 'Streamed',
  'held-to-the-end': 'Held back to the end',
  'held-in-bursts': 'Held in bursts',
  'cut-off': 'Cut off',
  'looks-complete': 'Looks complete, but is not',
  'not-streamed': 'All at once',
  silent: 'Silent',
  failed: 'Failed',
}
