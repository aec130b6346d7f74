import { formatTime } from '../report/format-time.ts'
import type { Measurement } from '../measurement.ts'
import { countOf } from './count-of.ts'
import type { Burst } from './find-bursts.ts'

/** What nobody can tell from outside, and how to find out. */
export const looksTheSame =
  'an application that makes these blocks at one moment looks the same from outside: ' +
  'say what it should do with an expectation such as "every 200ms"'

/** The same, where all came in one go. */
export const cannotTell =
  'whether anything was held back before cannot be told from outside: ' +
  'say what it should do with an expectation such as "every 200ms"'

/** What may be the fault of the probe's own machine: as far as it explains a part of the time that is complained of. */
export function tellStall({ stalled = 0 }: Measurement, complaint: number): string[] {
  if (stalled === 0 || stalled < complaint / 3) return []
  return [
    `the probe itself could not read for up to ${formatTime(stalled)}: measure from a machine that is less busy, ` +
      'and not in the process of the server',
  ]
}

/** Who may hold the blocks of a compressed reply. */
export function tellCompressor({ encoding }: Measurement): string[] {
  return encoding === 'identity'
    ? []
    : [
        `it is compressed with ${encoding}: a compressor that is not flushed after each block holds it back so`,
      ]
}

/** How the blocks came. */
export function tellPace(measurement: Measurement, bursts: readonly Burst[]): string[] {
  const { gaps, encoding, arrivalCount, visibleCount, blockCount } = measurement
  const lines: string[] = []
  if (gaps.longest !== undefined && gaps.p50 !== undefined) {
    const spread = `half of them ${formatTime(gaps.p50)} or less apart, at most ${formatTime(gaps.longest)}`
    lines.push(`${countOf(visibleCount, 'blocks')} in ${countOf(arrivalCount, 'arrivals')}, ${spread}`)
  }
  const counts = bursts.map(({ count }) => count)
  if (counts.length > 2 && Math.max(...counts) > 1)
    lines.push(`${tellRange(Math.min(...counts), Math.max(...counts))} came at a time`)
  if (encoding !== 'identity' && visibleCount > 1) {
    const hidden = blockCount - visibleCount
    const but = hidden > 0 ? `, ${hidden} of ${blockCount} decoded to nothing when they came` : ''
    lines.push(`${encoding}: ${countOf(visibleCount, 'blocks')} could be decoded when they came${but}`)
  }
  return lines
}

function tellRange(least: number, most: number): string {
  return least === most ? `${most}` : `${least} to ${most}`
}
