import type { BodyFormat, Measurement, ProbedEnding } from '../measurement.ts'
import { countOf } from '../verdict/count-of.ts'
import { formatBytes, formatCount } from './format-bytes.ts'
import { formatTime } from './format-time.ts'

/** A figure of a reply, with its name. */
export interface Fact {
  readonly name: string
  readonly text: string
}

const formats: Readonly<Record<BodyFormat, string>> = {
  sse: 'server-sent events',
  csv: 'CSV',
  ndjson: 'NDJSON',
  json: 'JSON',
  html: 'HTML',
  multipart: 'multipart',
  text: 'text',
  binary: 'bytes',
  none: 'no body',
}

const framings: Readonly<Record<Measurement['framing'], string>> = {
  none: 'without a body',
  length: 'with a Content-Length',
  chunked: 'in chunks',
  close: 'ended by closing',
  stream: 'in frames',
}

/** What was measured of a reply, for people, in the order of time. */
export function toFacts(measurement: Measurement): Fact[] {
  const { times } = measurement
  return [
    { name: 'status', text: describeStatus(measurement) },
    { name: 'body', text: describeBody(measurement) },
    { name: 'connected', text: describeConnecting(measurement) },
    { name: 'head', text: `after ${formatTime(times.head)}` },
    {
      name: 'first block',
      text: times.firstBlock === undefined ? 'none came' : `after ${formatTime(times.firstBlock)}`,
    },
    { name: 'blocks', text: describeBlocks(measurement) },
    { name: 'gaps', text: describeGaps(measurement) },
    { name: 'bytes', text: describeBytes(measurement) },
    { name: 'end', text: describeEnding(measurement.ending, times.end) },
  ].filter(({ text }) => text !== '')
}

function describeStatus({ status, reason, protocol, isSecure }: Measurement): string {
  return `${`${status} ${reason}`.trimEnd()} over ${protocol}${isSecure ? ' and TLS' : ''}`
}

function describeBody({ format, encoding, framing }: Measurement): string {
  if (framing === 'none') return formats.none
  return [formats[format], ...(encoding === 'identity' ? [] : [encoding]), framings[framing]].join(', ')
}

function describeConnecting({ times: { started, connected, secured } }: Measurement): string {
  const tcp = `in ${formatTime(connected - started)}`
  return secured === undefined ? tcp : `${tcp}, TLS in ${formatTime(secured - connected)}`
}

function describeBlocks({ blocks, blockCount, arrivalCount, unitCount, unitName }: Measurement): string {
  if (blockCount === 0) return 'none'
  return [
    formatCount(blockCount) + describeSizes(blocks.map(({ bytes }) => bytes)),
    ...(arrivalCount < blockCount ? [`in ${countOf(arrivalCount, 'arrivals')}`] : []),
    ...(unitCount !== undefined && unitName ? describeUnits(unitCount, unitName) : []),
  ].join(', ')
}

// A text without a line end is no list of lines; none of the others is worth a word.
function describeUnits(count: number, name: string): string[] {
  if (count === 0 && name === 'lines') return []
  return [countOf(count, name)]
}

function describeSizes(sizes: readonly number[]): string {
  if (sizes.length < 2) return ''
  const smallest = formatBytes(sizes.reduce((one, other) => Math.min(one, other)))
  const largest = formatBytes(sizes.reduce((one, other) => Math.max(one, other)))
  return smallest === largest ? ` of ${largest}` : ` of ${smallest} to ${largest}`
}

function describeGaps({ gaps: { p50, p99, longest } }: Measurement): string {
  if (longest === undefined) return ''
  return [
    ...(p50 === undefined ? [] : [`${formatTime(p50)} median`]),
    ...(p99 === undefined ? [] : [`${formatTime(p99)} p99`]),
    `${formatTime(longest)} longest`,
  ].join(', ')
}

function describeBytes({ bytes, decodedBytes, encoding, rate }: Measurement): string {
  return [
    formatBytes(bytes),
    ...(encoding === 'identity' ? [] : [`${formatBytes(decodedBytes)} decoded`]),
    ...(rate === undefined ? [] : [`${formatBytes(rate)} a second`]),
  ].join(', ')
}

function describeEnding(ending: ProbedEnding, at: number): string {
  const time = formatTime(at)
  switch (ending.kind) {
    case 'complete':
      return describeWhole(ending, time)
    case 'cut':
      return `cut off after ${time}: ${ending.message}`
    case 'left':
      return `still going on after ${time}, when ${reasons[ending.because]}`
  }
}

function describeWhole(
  { isSure, faults }: Extract<ProbedEnding, { kind: 'complete' }>,
  time: string,
): string {
  if (faults.length > 0) return `whole for HTTP after ${time}, but not for its format`
  return isSure ? `whole, after ${time}` : `closed after ${time}: nobody can tell whether it is whole`
}

const reasons = {
  duration: 'the time to watch was over',
  bytes: 'as much had come as was asked for',
  signal: 'the probe was stopped',
} as const
