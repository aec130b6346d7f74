// Reports of a probe as they could have come, for what shows and compares them.
import type {
  Measurement,
  ProbedBlock,
  ProbedConnection,
  ProbeReport,
  Verdict,
} from '../../src/probe/measurement.ts'

/** A block of 100 bytes that came at once. */
export function createBlock(init: Partial<ProbedBlock> & { at: number }): ProbedBlock {
  return { startedAt: init.at, bytes: 100, decodedBytes: 100, reading: init.at, ...init }
}

/** A reply whose blocks came at these moments, over HTTP/1.1, in chunks, and whole. */
export function createMeasurement(arrivals: readonly number[], init: Partial<Measurement> = {}): Measurement {
  const blocks = arrivals.map((at, index) => createBlock({ at, reading: index }))
  const distances = blocks.slice(1).map(({ at }, index) => at - (blocks[index]?.at ?? 0))
  const sorted = distances.toSorted((one, other) => one - other)
  const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0)
  const last = arrivals.at(-1)
  return {
    protocol: 'HTTP/1.1',
    isSecure: false,
    status: 200,
    reason: 'OK',
    fields: [['content-type', 'text/plain']],
    times: {
      started: -2,
      connected: -1,
      head: 10,
      firstBlock: arrivals[0],
      lastBlock: last,
      end: (last ?? 10) + 1,
    },
    blocks,
    blockCount: blocks.length,
    visibleCount: blocks.length,
    arrivalCount: blocks.length,
    gaps: { p50: sorted[Math.floor(sorted.length / 2)], p99: sorted.at(-1), longest: sorted.at(-1) },
    bytes,
    decodedBytes: bytes,
    encoding: 'identity',
    framing: 'chunked',
    format: 'text',
    ending: { kind: 'complete', isSure: true, faults: [], hints: [] },
    ...init,
  }
}

const good = new Set<Verdict['kind']>(['streamed', 'not-streamed'])

/** A verdict of a kind, with a line and evidence of its own. */
function createVerdict(kind: Verdict['kind'], init: Partial<Verdict> = {}): Verdict {
  return {
    kind,
    line: `It is ${kind}`,
    evidence: [`It was seen to be ${kind}`],
    isGood: good.has(kind),
    ...init,
  }
}

export interface ReportInit {
  arrivals?: readonly number[]
  measurement?: Partial<Measurement>
  verdict?: Partial<Verdict>
  connection?: Partial<ProbedConnection>
  url?: string
}

/** The report of a probe with one connection. */
export function createProbeReport(kind: Verdict['kind'], init: ReportInit = {}): ProbeReport {
  const verdict = createVerdict(kind, init.verdict)
  const measurement = createMeasurement(init.arrivals ?? [20, 220, 420, 620], init.measurement)
  return {
    url: init.url ?? 'http://app.example/rows',
    method: 'GET',
    when: '2026-11-21T12:00:00.000Z',
    connections: [{ verdict, expectations: [], measurement, ...init.connection }],
    verdict,
    isGood: verdict.isGood,
  }
}
