import type { AbortedReply, CloseReport } from './close-report.ts'

// So many of the replies that were aborted are named.
const NAMED = 5
// A path may be as long as a request line.
const LONGEST_PATH = 100

/** What a server says of its closing, in one line; `grace` is how long its replies had to end. */
export function formatReport({ ended, lastBlocks, broken, aborted }: CloseReport, grace: number): string {
  const parts = [
    `${ended} ${ended === 1 ? 'reply' : 'replies'} ended${lastBlocks > 0 ? ` (${lastBlocks} with a last block)` : ''}`,
    ...(broken > 0 ? [`${broken} failed or left by the client`] : []),
    ...(aborted.length > 0 ? [formatAborted(aborted, grace)] : []),
  ]
  return `millrace: drained: ${parts.join(', ')}\n`
}

function formatAborted(aborted: readonly AbortedReply[], grace: number): string {
  const named = aborted
    .slice(0, NAMED)
    .map(({ method, path, bytes }) => `${method} ${formatPath(path)} (${formatBytes(bytes)} handed over)`)
  const others = aborted.length > NAMED ? `, and ${aborted.length - NAMED} more` : ''
  return `${aborted.length} aborted after ${formatTime(grace)}: ${named.join(', ')}${others}`
}

/** A path as a word of a line, whatever a client has sent. */
export function formatPath(path: string): string {
  const plain = path.replaceAll(/[^!-~]/g, '?')
  return plain.length > LONGEST_PATH ? `${plain.slice(0, LONGEST_PATH)}…` : plain
}

/** Milliseconds as a person reads them. */
export function formatTime(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${Number((milliseconds / 1000).toFixed(1))} s`
}

/** Bytes as a person reads them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000
    ? `${Number((bytes / 1000).toFixed(1))} kB`
    : `${Number((bytes / 1_000_000).toFixed(1))} MB`
}
