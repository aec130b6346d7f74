// Every rule by which a reply is judged is here, in the order in which they are asked. docs/probe.md tells them for users.
// What is seen from outside has limits: an application that makes ten blocks at one moment looks like one whose blocks are
// held. Where both could be, the verdict names what was seen, and its evidence says what it could also be.
import { formatTime } from '../report/format-time.ts'
import type { Measurement, Verdict, VerdictKind } from '../measurement.ts'
import { compareEvery } from './compare-expectation.ts'
import { countOf } from './count-of.ts'
import { type Burst, countBlocks, findBursts, isFramed, widest } from './find-bursts.ts'
import type { Expectation } from './parse-expectation.ts'
import { tellEnding } from './tell-ending.ts'
import { cannotTell, looksTheSame, tellCompressor, tellPace, tellStall } from './tell-pace.ts'
import { tellStart, tellStatus } from './tell-start.ts'

/** Milliseconds that a reply may think before its first block without being suspected, besides the network's own. */
const longWait = 250
/** Under so many milliseconds in all, and without three bursts, nobody can tell a stream from a whole reply. */
const quick = 50
/** Blocks in bursts of the same size below which that may be chance: pairs come of any jitter. */
const fewest = 8
/** Bytes on the wire that no network is sure to bring in one go. */
const large = 32_768

/** What is known when a reply is judged. */
interface Case {
  readonly measurement: Measurement
  readonly bursts: readonly Burst[]
  /** The wait that is long for this server, this network and what was expected. */
  readonly long: number
  /** Of the network, in milliseconds. */
  readonly roundTrip: number
  /** Something was expected in a rhythm, and has come in it. */
  readonly keepsRhythm: boolean
  /** Several blocks were expected. */
  readonly expectsSeveral: boolean
}

type Rule = (one: Case) => Verdict | undefined

/** Judges a reply by what came, and by what should have come. */
export function judge(measurement: Measurement, expectations: readonly Expectation[] = []): Verdict {
  const one = toCase(measurement, expectations)
  // The first that has an answer decides.
  for (const rule of rules) {
    const verdict = rule(one)
    if (verdict) return verdict
  }
  return judgeStreamed(one)
}

/** A server that could not be asked, by what went wrong. */
export function judgeFailure(message: string): Verdict {
  return toVerdict('failed', message, [])
}

/** A server that took the request, and has not answered at all in so many milliseconds. */
export function judgeSilence(watched: number): Verdict {
  return toVerdict('silent', `No reply came in the ${formatTime(watched)} that the probe has watched`, [
    'an application that has nothing to send yet looks the same as one whose head and blocks are held',
  ])
}

const rules: readonly Rule[] = [
  judgeStatus,
  judgeCut,
  judgeWholeness,
  judgeNothing,
  judgeCompressor,
  judgeOneBurst,
  judgeRush,
  judgeQuick,
  judgeSizes,
  judgeCounts,
  judgeLateRest,
]

function toCase(measurement: Measurement, expectations: readonly Expectation[]): Case {
  const { connected, started, head } = measurement.times
  const every = expectations.find((expectation) => expectation.kind === 'every')
  // To connect takes one, and often the search for the name; a request and its head take at least one, too.
  const roundTrip = Math.min(connected - started, head)
  return {
    measurement,
    bursts: toWholeBursts(measurement),
    long: Math.min(longWait, every ? 2 * every.ms : longWait) + 2 * roundTrip,
    roundTrip,
    keepsRhythm: every !== undefined && compareEvery(every, measurement).isMet,
    expectsSeveral: every !== undefined || expectations.some((one) => one.kind === 'count' && one.count > 1),
  }
}

// Of an endless stream only the first blocks are known one by one. It has gone on, whatever the last of them says.
function toWholeBursts(measurement: Measurement): Burst[] {
  const bursts = findBursts(measurement)
  const { blocks, blockCount, times } = measurement
  if (blockCount <= blocks.length) return bursts
  return bursts.map((burst, index) =>
    index < bursts.length - 1 ? burst : { ...burst, at: times.lastBlock ?? burst.at },
  )
}

/** An error page or a redirect is not what was asked for. */
function judgeStatus({ measurement }: Case): Verdict | undefined {
  const { status } = measurement
  if (status < 300 || status === 304) return undefined
  return toVerdict('failed', tellStatus(measurement), [])
}

function judgeCut(one: Case): Verdict | undefined {
  const { ending, bytes, visibleCount } = one.measurement
  if (ending.kind !== 'cut') return undefined
  const came = `${countOf(bytes, 'bytes')} in ${countOf(visibleCount, 'blocks')}`
  return toVerdict('cut-off', `Cut off after ${bytes === 0 ? 'the head' : came}: ${ending.message}`, [
    ...tellStart(one.measurement),
    ...tellPace(one.measurement, one.bursts),
  ])
}

function judgeWholeness({ measurement, bursts }: Case): Verdict | undefined {
  const { ending } = measurement
  if (ending.kind !== 'complete' || ending.faults.length === 0) return undefined
  const [fault, ...others] = ending.faults
  return toVerdict('looks-complete', `Looks complete but is not: ${fault}`, [
    'HTTP says that the reply is whole: a client without knowledge of the format takes it as such',
    ...others,
    ...tellStart(measurement),
    ...tellPace(measurement, bursts),
  ])
}

function judgeNothing({ measurement, bursts }: Case): Verdict | undefined {
  if (bursts.length > 0) return undefined
  const { ending, times, bytes, encoding } = measurement
  if (ending.kind !== 'left') {
    return toVerdict('not-streamed', 'A reply without a body: nothing to tell', tellStart(measurement))
  }
  const watched = formatTime(times.end)
  if (bytes === 0) {
    return toVerdict('silent', `Nothing of the body came in the ${watched} that the probe has watched`, [
      ...tellStart(measurement),
      'an application that has nothing to send yet looks the same as one whose blocks are held',
    ])
  }
  const line = `Held back by the compressor: ${countOf(bytes, 'bytes')} of ${encoding} came in ${watched}`
  return toVerdict('held-to-the-end', `${line}, and decode to nothing`, tellStart(measurement))
}

/** Encoded bytes came early, so the application has begun; but they decode to nothing until the end. */
function judgeCompressor(one: Case): Verdict | undefined {
  const { measurement, bursts, long } = one
  const { blocks, encoding, times, ending } = measurement
  const [first] = blocks
  const [burst] = bursts
  if (!first || !burst || bursts.length > 1 || ending.kind === 'left' || one.keepsRhythm) return undefined
  if (first.decodedBytes > 0 || burst.at - first.at < long - 2 * one.roundTrip) return undefined
  const hidden = blocks.filter(({ at }) => at < burst.startedAt)
  const bytes = hidden.reduce((sum, block) => sum + block.bytes, 0)
  return toVerdict(
    'held-to-the-end',
    `Held back to the end by the compressor, ${formatTime(burst.at)} long`,
    [
      `${countOf(bytes, 'bytes')} of ${encoding} came before, in ${countOf(hidden.length, 'blocks')}, the first at ${formatTime(first.at)}, and decode to nothing`,
      `the reply ended at ${formatTime(times.end)}`,
      ...tellStart(measurement),
    ],
  )
}

/** Everything came together: held, one block, or simply all that there was. */
function judgeOneBurst(one: Case): Verdict | undefined {
  const { measurement, bursts, long } = one
  const [burst] = bursts
  if (!burst || bursts.length > 1) return undefined
  const { startedAt: wait, at } = burst
  const span = at - wait
  const evidence = tellStart(measurement)
  const isHeld = wait >= long && wait >= 3 * span && isPlural(one, burst.count) && !one.keepsRhythm
  if (isHeld && measurement.ending.kind === 'left') return toBursts(one, burst.count)
  if (isHeld) return toHeld(one, `all ${tellAmount(measurement)} came together after ${formatTime(at)}`)
  if (measurement.ending.kind === 'left') {
    const left = `the reply still went on when the probe left at ${formatTime(measurement.times.end)}`
    return toVerdict(
      'streamed',
      `Streamed: the first block came after ${formatTime(wait)}, and ${left}`,
      evidence,
    )
  }
  if (span >= 100 && span > wait / 3) {
    const line = `Streamed: it came over ${formatTime(span)} without a pause, from ${formatTime(wait)} on`
    return toVerdict('streamed', line, [...evidence, ...tellEnding(measurement)])
  }
  return toWhole(one, at)
}

/** A large body needs its time, even if all of it was there: it comes at the pace of the network after a long wait. */
function judgeRush(one: Case): Verdict | undefined {
  const { measurement, bursts, long } = one
  const [first] = bursts
  const last = bursts.at(-1)
  if (!first || !last || measurement.ending.kind === 'left' || one.keepsRhythm) return undefined
  const { startedAt: wait } = first
  const isRush = last.at - wait <= wait / 5 && median(toPauses(bursts)) <= widest
  if (wait < long || !isRush || measurement.bytes < large) return undefined
  const visible = measurement.blocks.filter(({ decodedBytes }) => decodedBytes > 0)
  const count = isFramed(measurement) ? countBlocks(visible) : 1
  if (!isPlural(one, count)) return toWhole(one, last.at)
  return toHeld(one, `all ${tellAmount(measurement)} came together after ${formatTime(last.at)}`)
}

function judgeQuick(one: Case): Verdict | undefined {
  const last = one.bursts.at(-1)?.at ?? 0
  return last < quick && one.bursts.length < 3 && one.measurement.ending.kind !== 'left'
    ? toWhole(one, last)
    : undefined
}

/** Bursts of one size that end in the middle of a record: a buffer of bytes cuts so, no application does. */
function judgeSizes(one: Case): Verdict | undefined {
  const { measurement, bursts } = one
  const full = bursts.slice(0, -1)
  const size = median(full.map(({ bytes }) => bytes))
  const isCut = full.filter(({ endsInside }) => endsInside).length >= 0.75 * full.length
  if (full.length < 2 || !isCut || !isFramed(measurement) || size < 512 || isNetwork(one, full))
    return undefined
  if (!full.every(({ bytes }) => Math.abs(bytes - size) <= size / 10)) return undefined
  const pause = formatTime(median(toPauses(bursts)))
  return toVerdict('held-in-bursts', `Held in bursts of about ${countOf(size, 'bytes')}, ${pause} apart`, [
    `they end in the middle of ${measurement.unitName ?? 'lines'}: a buffer has to fill up before it is sent`,
    ...tellStart(measurement),
    ...tellEnding(measurement),
  ])
}

/** As many blocks in each burst: something counts them, or the application makes them so. */
function judgeCounts(one: Case): Verdict | undefined {
  const counted = one.bursts.filter(({ count }) => count > 0)
  const counts = counted.map(({ count }) => count)
  const typical = median(counts)
  // What holds by the time and not by the number, such as Nagle's algorithm, is off by one now and then.
  const spread = typical < 4 ? 0 : Math.max(1, typical / 5)
  // The first may bring a greeting, and the last what was left.
  const isInner = (index: number): boolean => index > 0 && index < counts.length - 1
  const full = counts.filter((count, index) => count >= typical - spread || isInner(index))
  const blocks = full.reduce((sum, count) => sum + count, 0)
  const isFew = counts.length < 3 || full.length < 2 || blocks < fewest
  if (one.keepsRhythm || isFew || isNetwork(one, counted)) return undefined
  const near = full.filter((count) => Math.abs(count - typical) <= spread)
  if (full.some((count) => count < 2) || near.length < 0.8 * full.length) return undefined
  return toBursts(one, typical)
}

/** The first block went out, and everything else was held. A page whose frame goes ahead of its content is no such case. */
function judgeLateRest(one: Case): Verdict | undefined {
  const { measurement, bursts, long } = one
  const [first, rest, third] = bursts
  if (!first || !rest || third || measurement.format === 'html' || one.keepsRhythm) return undefined
  const pause = rest.startedAt - first.at
  const isMost = rest.count >= 3 && rest.count >= 3 * first.count
  const isLast = measurement.ending.kind !== 'left' && measurement.times.end - rest.at <= pause / 10
  if (!isMost || !isLast || pause < long || pause < 3 * (rest.at - rest.startedAt)) return undefined
  return toHeld(one, `all but the first block came together after ${formatTime(rest.at)}`)
}

function judgeStreamed({ measurement, bursts }: Case): Verdict {
  const { gaps, times } = measurement
  const span = formatTime((times.lastBlock ?? 0) - (times.firstBlock ?? 0))
  const apart = gaps.p50 === undefined ? '' : `, most arrivals ${formatTime(gaps.p50)} apart`
  return toVerdict('streamed', `Streamed: ${tellAmount(measurement)} came over ${span}${apart}`, [
    ...tellStart(measurement),
    ...tellPace(measurement, bursts),
    ...tellEnding(measurement),
  ])
}

function toHeld({ measurement, expectsSeveral }: Case, what: string): Verdict {
  return toVerdict('held-to-the-end', `Held back to the end: ${what}`, [
    ...tellStart(measurement),
    ...tellStall(measurement, measurement.times.lastBlock ?? 0),
    ...tellCompressor(measurement),
    ...tellEnding(measurement),
    ...(expectsSeveral ? [] : [looksTheSame]),
  ])
}

function toBursts({ measurement, bursts, expectsSeveral }: Case, burst: number): Verdict {
  const what = measurement.format === 'sse' ? 'events' : 'blocks'
  const pauses = toPauses(bursts)
  const apart = pauses.length === 0 ? '' : `, ${formatTime(median(pauses))} apart`
  const verdict = toVerdict('held-in-bursts', `Held in bursts of ${countOf(burst, what)}${apart}`, [
    ...tellStart(measurement),
    ...tellPace(measurement, bursts),
    ...tellStall(measurement, median(pauses)),
    ...tellCompressor(measurement),
    ...tellEnding(measurement),
    ...(expectsSeveral ? [] : [looksTheSame]),
  ])
  return { ...verdict, burst }
}

function toWhole({ measurement, long }: Case, at: number): Verdict {
  const line = `One whole reply at once, after ${formatTime(at)}: nothing to tell`
  const unknown = at >= long ? [cannotTell] : []
  return toVerdict('not-streamed', line, [...tellStart(measurement), ...tellEnding(measurement), ...unknown])
}

function toVerdict(kind: VerdictKind, line: string, evidence: string[]): Verdict {
  return { kind, line, evidence, isGood: kind === 'streamed' || kind === 'not-streamed' }
}

// A length that was known ahead says that somebody has collected the body. With records that is holding; for a page or a
// document it is the usual way, and so it is for what a server has stored.
function isPlural({ measurement, expectsSeveral }: Case, count: number): boolean {
  if (expectsSeveral) return true
  const { framing, format, fields, unitCount = 0 } = measurement
  const isRecords = format === 'sse' || format === 'csv' || format === 'ndjson' || format === 'multipart'
  const isCollected = framing === 'length' || fields.some(([name]) => name === 'content-length')
  const isStored = fields.some(([name]) => name === 'last-modified' || name === 'accept-ranges')
  if (isCollected) return isRecords && unitCount > 1 && !isStored
  return count > 1 || unitCount > 1
}

// One flight of packets after the other looks like bursts, too: their pauses are those of the round trip.
function isNetwork({ bursts, roundTrip }: Case, full: readonly Burst[]): boolean {
  const transfer = median(full.map(({ startedAt, at }) => at - startedAt))
  return median(toPauses(bursts)) < Math.max(1.5 * roundTrip, 2 * transfer)
}

function toPauses(bursts: readonly Burst[]): number[] {
  return bursts.slice(1).map(({ startedAt }, index) => startedAt - (bursts[index]?.at ?? 0))
}

// Of plain text the blocks say more than its lines, unless something has joined them.
function tellAmount({ format, unitName, unitCount = 0, visibleCount, decodedBytes }: Measurement): string {
  const isJoined = visibleCount === 1
  if (unitName !== undefined && unitCount > (isJoined ? 1 : 0) && (format !== 'text' || isJoined))
    return countOf(unitCount, unitName)
  return isJoined && format !== 'sse' ? countOf(decodedBytes, 'bytes') : countOf(visibleCount, 'blocks')
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
