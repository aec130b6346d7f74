import { formatTime } from '../report/format-time.ts'
import type { Measurement } from '../measurement.ts'

/** What a status says that is not the reply that was asked for. */
export function tellStatus({ status, reason, fields }: Measurement): string {
  const location = fields.find(([name]) => name === 'location')?.[1]
  const answer = `The server answered ${`${status} ${reason}`.trim()}`
  if (status < 400 && location !== undefined) return `${answer}: ask ${location} in its place`
  return `${answer}: nothing to judge`
}

/** When the head and the first block came, and who has waited for whom. */
export function tellStart({ times, fields, framing }: Measurement): string[] {
  const { head, firstBlock } = times
  const length = fields.find(([name]) => name === 'content-length')?.[1]
  const collected =
    length !== undefined && framing !== 'none'
      ? [
          `the length was known before the first byte (Content-Length: ${length}): the body was most likely collected`,
        ]
      : []
  if (firstBlock === undefined) return [`the head came after ${formatTime(head)}`, ...collected]
  if (firstBlock - head < Math.max(2, firstBlock / 20)) {
    return [`the head came only with the first block, after ${formatTime(head)}`, ...collected]
  }
  return [
    `the head came after ${formatTime(head)}, the first block after ${formatTime(firstBlock)}`,
    ...collected,
  ]
}
