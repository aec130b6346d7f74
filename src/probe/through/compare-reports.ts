import { formatTime } from '../report/format-time.ts'
import type { Measurement, ProbeReport } from '../measurement.ts'
import { type Advice, advise, troublesOf } from './advise.ts'
import { type RecognisedServer, recogniseServers } from './recognise-servers.ts'
import type { Trouble } from './settings.ts'

/** Which of the two does it. */
export type ComparisonKind =
  | 'passed-on'
  | 'held-by-proxy'
  | 'held-by-server'
  | 'cut-by-proxy'
  | 'cut-by-server'
  /** What the server cuts off looks whole behind the proxy. */
  | 'cut-hidden-by-proxy'
  | 'cached'
  /** The reply is not streamed, so that nobody can hold it. */
  | 'nothing-to-tell'
  | 'failed'

/** The same endpoint, asked directly and through what stands before it. */
export interface Comparison {
  kind: ComparisonKind
  /** One sentence, without a full stop. */
  line: string
  evidence: string[]
  /** What the reply names of what stands between. */
  servers: RecognisedServer[]
  advice: Advice[]
  isGood: boolean
}

interface Found {
  readonly kind: ComparisonKind
  readonly line: string
  readonly evidence?: readonly (string | undefined)[]
  readonly troubles?: readonly Trouble[]
  /** Whose fault it is. The default is the proxy's. */
  readonly by?: 'server'
}

interface Pair {
  readonly direct: ProbeReport
  readonly through: ProbeReport
  readonly near: Measurement
  readonly far: Measurement
}

const goodKinds = new Set<ComparisonKind>(['passed-on', 'cached', 'nothing-to-tell'])

/** Compares two reports of the same endpoint, and says which of the two holds or cuts it, and by which setting. */
export function compareReports(direct: ProbeReport, through: ProbeReport): Comparison {
  const near = measurementOf(direct)
  const far = measurementOf(through)
  const between = recogniseServers(far?.fields ?? [], near?.fields ?? [])
  const found = near && far ? find({ direct, through, near, far }) : findFault(direct, through)
  const servers = found.by === 'server' ? recogniseServers(near?.fields ?? []) : between
  const { kind, line, evidence = [], troubles = [] } = found
  const isMute = troubles.length === 0 || (found.by === 'server' && servers.length === 0)
  return {
    kind,
    line,
    evidence: [...evidence.filter((text) => text !== undefined), ...tellServers(between)],
    servers: between,
    advice: isMute ? [] : advise(servers, troubles),
    isGood: goodKinds.has(kind),
  }
}

// The connection whose verdict is the report's: the worst.
function measurementOf({ connections, verdict }: ProbeReport): Measurement | undefined {
  if (verdict.kind === 'failed') return undefined
  const worst = connections.find((one) => one.measurement && one.verdict.kind === verdict.kind)
  return (worst ?? connections.find(({ measurement }) => measurement))?.measurement
}

function findFault(direct: ProbeReport, through: ProbeReport): Found {
  const both = direct.verdict.kind === 'failed' && through.verdict.kind === 'failed'
  const which = direct.verdict.kind === 'failed' ? 'The server' : 'The proxy'
  const { line } = direct.verdict.kind === 'failed' ? direct.verdict : through.verdict
  return {
    kind: 'failed',
    line: both
      ? 'Neither the server nor the proxy could be asked'
      : `${which} could not be asked, so there is nothing to compare`,
    evidence: both ? [direct.verdict.line, through.verdict.line] : [line],
  }
}

function find(pair: Pair): Found {
  const { direct, through } = pair
  return (
    findCut(pair) ??
    (isHeld(direct) ? findHeldByServer(pair) : undefined) ??
    (isHeld(through) || isLate(pair) || isJoined(pair) ? findHeldByProxy(pair) : undefined) ??
    findGood(pair)
  )
}

function findCut({ direct, through, near, far }: Pair): Found | undefined {
  const isNearCut = isCut(direct)
  const isFarCut = isCut(through)
  if (isNearCut && isFarCut) {
    return {
      kind: 'cut-by-server',
      line: 'The server cuts it off, and the proxy says so',
      by: 'server',
      evidence: tellEnds(near, far),
    }
  }
  if (isNearCut && far.ending.kind === 'complete') {
    return {
      kind: 'cut-hidden-by-proxy',
      line: 'The server cuts it off, and the proxy makes it look whole',
      troubles: ['hidden'],
      evidence: tellEnds(near, far),
    }
  }
  if (!isNearCut && isFarCut) {
    const evidence = tellEnds(near, far)
    return { kind: 'cut-by-proxy', line: 'The proxy cuts it off', troubles: troublesOf(through), evidence }
  }
  return undefined
}

function findHeldByServer({ direct, through, near, far }: Pair): Found {
  const isBoth = isHeld(through)
  return {
    kind: 'held-by-server',
    line: isBoth
      ? 'The server itself holds it: the proxy has nothing to pass on'
      : 'The server holds it when it is asked directly, but not through the proxy',
    evidence: [...tellArrivals(near, far), tellEncoding(near, far)],
    troubles: troublesOf(direct),
    by: 'server',
  }
}

function findHeldByProxy(pair: Pair): Found {
  const { through, near, far } = pair
  const isBursts = through.verdict.kind === 'held-in-bursts' || isJoined(pair)
  const isCompressed = far.encoding !== 'identity' && far.encoding !== near.encoding
  return {
    kind: 'held-by-proxy',
    line: isBursts
      ? 'The proxy holds it: the server sends it as it is made, the proxy passes it on in bursts'
      : 'The proxy holds it: the server sends it as it is made, the proxy passes it on all at once',
    evidence: [...tellArrivals(near, far), tellEncoding(near, far), tellRhythm(pair)],
    troubles: [
      ...(isCompressed ? ['compressed' as const] : []),
      isBursts ? ('bursts' as const) : ('held' as const),
    ],
  }
}

function findGood({ near, far }: Pair): Found {
  if (spreadOf(near) < shortest) {
    return {
      kind: 'nothing-to-tell',
      line: 'The reply comes at once, with and without the proxy: ask for one that takes its time',
    }
  }
  if (spreadOf(far) < spreadOf(near) / 2) {
    return {
      kind: 'cached',
      line: 'The proxy answers by itself, sooner than the server could: it seems to have it in a cache',
      evidence: [...tellArrivals(near, far), ...tellCache(far)],
    }
  }
  return {
    kind: 'passed-on',
    line: 'The proxy passes each block on as it comes',
    evidence: [...tellArrivals(near, far), tellEncoding(near, far)],
  }
}

function isHeld({ verdict: { kind } }: ProbeReport): boolean {
  return kind === 'held-to-the-end' || kind === 'held-in-bursts' || kind === 'silent'
}

function isCut({ verdict: { kind } }: ProbeReport): boolean {
  return kind === 'cut-off' || kind === 'looks-complete'
}

// Replies that are made faster than this tell nothing of who holds them; milliseconds.
const shortest = 100

function spreadOf({ times: { firstBlock, lastBlock } }: Measurement): number {
  return (lastBlock ?? 0) - (firstBlock ?? 0)
}

// Alone, a reply that comes late and at once is a slow one. Beside one that came in time it is a held one.
function isLate({ near, far }: Pair): boolean {
  if (spreadOf(near) < shortest || spreadOf(far) > spreadOf(near) / 2) return false
  const late = (far.times.firstBlock ?? far.times.end) - (near.times.firstBlock ?? 0)
  return late > spreadOf(near) / 2
}

// Alone, a few blocks at a time may be what the server makes. Beside blocks that came one by one they were joined on the way.
function isJoined({ near, far }: Pair): boolean {
  const wait = (far.gaps.p50 ?? 0) - (near.gaps.p50 ?? 0)
  return wait >= 40 && far.arrivalCount > 1 && far.arrivalCount <= near.arrivalCount / 2
}

function tellArrivals(near: Measurement, far: Measurement): string[] {
  return [`directly ${tellBlocks(near)}`, `through the proxy ${tellBlocks(far)}`]
}

function tellBlocks({ times, arrivalCount }: Measurement): string {
  if (times.firstBlock === undefined) return `nothing came in ${formatTime(times.end)}`
  const first = `the first block came after ${formatTime(times.firstBlock)}`
  if (times.lastBlock === undefined || arrivalCount < 2) return `${first}, and everything with it`
  return `${first}, the last after ${formatTime(times.lastBlock)}, in ${arrivalCount} arrivals`
}

function tellEncoding(near: Measurement, far: Measurement): string | undefined {
  if (near.encoding === far.encoding) return undefined
  if (far.encoding === 'identity')
    return `the server compresses with ${near.encoding}, and the proxy unpacks it`
  return `the proxy compresses with ${far.encoding}, the server does not`
}

// What HAProxy leaves to the system waits until a packet is full, or for this long.
function tellRhythm(pair: Pair): string | undefined {
  const { through, far } = pair
  const gap = far.gaps.p50 ?? 0
  if (gap < 190 || gap > 300 || (through.verdict.kind !== 'held-in-bursts' && !isJoined(pair)))
    return undefined
  return `bursts that are ${formatTime(gap)} apart are the mark of HAProxy without option http-no-delay`
}

function tellEnds(near: Measurement, far: Measurement): string[] {
  return [`directly ${tellEnd(near)}`, `through the proxy ${tellEnd(far)}`]
}

function tellEnd({ ending, decodedBytes, times }: Measurement): string {
  const after = `after ${formatTime(times.end)} and ${decodedBytes} bytes`
  if (ending.kind === 'cut') return `it is cut off ${after}: ${ending.message}`
  if (ending.kind === 'left') return `it still goes on ${after}`
  return ending.faults.length > 0
    ? `HTTP says that it is whole ${after}, but ${ending.faults.join(', and ')}`
    : `HTTP says that it is whole ${after}`
}

function tellCache({ fields }: Measurement): string[] {
  return fields
    .filter(([name]) =>
      /^(?:age|x-cache|x-cache-hits|cf-cache-status|x-proxy-cache|cache-status)$/.test(name),
    )
    .map(([name, value]) => `the reply says ${name}: ${value}`)
}

function tellServers(servers: readonly RecognisedServer[]): string[] {
  return servers.map(({ name, field }) => `${name} is on the way: the reply says ${field}`)
}
