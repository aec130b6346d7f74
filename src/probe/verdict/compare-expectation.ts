import { formatTime } from '../report/format-time.ts'
import type { ExpectationResult, Measurement, ProbedBlock } from '../measurement.ts'
import { countOf } from './count-of.ts'
import type { Expectation } from './parse-expectation.ts'

/** A wait may be half as long again as expected, and a busy machine may add so many milliseconds. */
const slack = 25
/** One arrival in so many may come later than that. */
const lateShare = 10

type Every = Extract<Expectation, { kind: 'every' }>
type Within = Extract<Expectation, { kind: 'within' }>
type Count = Extract<Expectation, { kind: 'count' }>

/** Compares a reply with what the server should have done. */
export function compareExpectation(expectation: Expectation, measurement: Measurement): ExpectationResult {
  switch (expectation.kind) {
    case 'every':
      return compareEvery(expectation, measurement)
    case 'within':
      return compareWithin(expectation, measurement)
    case 'count':
      return compareCount(expectation, measurement)
  }
}

/** Whether something new has come in this rhythm; a heartbeat is nothing new. */
export function compareEvery({ text, ms }: Every, measurement: Measurement): ExpectationResult {
  const waits = toWaits(measurement, ms / 5)
  const typical = waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)]
  if (typical === undefined)
    return { text, isMet: false, line: 'Everything came at once: there is no rhythm' }
  const late = waits.filter((wait) => wait > 1.5 * ms + slack)
  const isMet = typical >= ms / 2 && late.length * lateShare <= waits.length
  const found = `Something new came every ${formatTime(typical)}`
  const longest = Math.max(...late)
  const but =
    late.length > 0 ? `, but ${countOf(late.length, 'waits')} took up to ${formatTime(longest)}` : ''
  return { text, isMet, line: found + but }
}

// Blocks that come together count once: whether the application made them together is its own affair.
function toWaits({ blocks, format }: Measurement, together: number): number[] {
  const news = blocks.filter((block) => isNew(block, format))
  const waits: number[] = []
  let before = news[0]?.at
  for (const { at } of news.slice(1)) {
    if (before === undefined || at - before <= together) continue
    waits.push(at - before)
    before = at
  }
  return waits
}

function isNew({ decodedBytes, units }: ProbedBlock, format: Measurement['format']): boolean {
  return format === 'sse' ? (units ?? 0) > 0 : decodedBytes > 0
}

function compareWithin({ text, moment, ms }: Within, { times, ending }: Measurement): ExpectationResult {
  const name = { head: 'The head', first: 'The first block', end: 'The end' }[moment]
  const hasEnded = moment !== 'end' || ending.kind === 'complete'
  const at = { head: times.head, first: times.firstBlock, end: times.end }[moment]
  if (at === undefined || !hasEnded) return { text, isMet: false, line: `${name} never came` }
  return { text, isMet: at <= ms, line: `${name} came after ${formatTime(at)}` }
}

function compareCount(expectation: Count, measurement: Measurement): ExpectationResult {
  const { text, of, count, isLeast } = expectation
  const { unitCount, unitName, visibleCount, format, ending } = measurement
  if (of === 'units' && unitCount === undefined)
    return { text, isMet: false, line: `A body of ${format} has nothing but blocks to count` }
  const found = of === 'units' ? (unitCount ?? 0) : visibleCount
  const isEnough = isLeast || ending.kind === 'left'
  const isMet = isEnough ? found >= count : found === count
  return { text, isMet, line: `It was ${countOf(found, of === 'units' ? (unitName ?? 'units') : 'blocks')}` }
}
