import { ArrivalRecord } from '../../src/probe/arrivals/arrival-record.ts'
import type { Measurement, ProbedBlock, ProbedEnding, VerdictKind } from '../../src/probe/measurement.ts'

/** A block by the time of its arrival, or with what else there is to say of it. */
export type BlockSketch = number | (Partial<ProbedBlock> & { at: number })

/** What is to say of a reply besides its blocks; all of it may be left out. */
export type MeasurementSketch = Partial<Omit<Measurement, 'times'>> & {
  /** Milliseconds of the network for one question and its answer. */
  roundTrip?: number
  head?: number
  end?: number
}

/**
 * A measurement as the probe would have made it, of blocks that came at these times. Without more it is text of HTTP/1.1 in
 * chunks of 10 bytes, whose head came with the first block and which ended with the last one.
 */
export function toMeasurement(sketches: readonly BlockSketch[], more: MeasurementSketch = {}): Measurement {
  const { roundTrip = 0, head, end, ...rest } = more
  const blocks = sketches.map(toBlock)
  const record = new ArrivalRecord()
  for (const block of blocks) record.add(block)
  const start = head ?? blocks[0]?.startedAt ?? 1
  const { firstBlock, lastBlock, unitCount, ...arrivals } = record.tell(start)
  const hasUnits = blocks.some(({ units }) => units !== undefined)
  return {
    protocol: 'HTTP/1.1',
    isSecure: false,
    status: 200,
    reason: 'OK',
    fields: [],
    times: {
      started: -roundTrip,
      connected: 0,
      head: start,
      firstBlock,
      lastBlock,
      end: end ?? blocks.at(-1)?.at ?? start,
    },
    ...arrivals,
    ...(hasUnits && { unitCount, unitName: 'events' }),
    encoding: 'identity',
    framing: 'chunked',
    format: 'text',
    ending: { kind: 'complete', isSure: true, faults: [], hints: [] },
    ...rest,
  }
}

function toBlock(sketch: BlockSketch, index: number): ProbedBlock {
  const block = typeof sketch === 'number' ? { at: sketch } : sketch
  const { at, startedAt = at, bytes = 10, decodedBytes = bytes, reading = index } = block
  return { ...block, startedAt, at, bytes, decodedBytes, reading }
}

/** Times in a rhythm: the first, then one each `step`. */
export function every(step: number, count: number, first = step): number[] {
  return Array.from({ length: count }, (_, index) => first + index * step)
}

/** So many blocks at each of these times, a hundredth of a millisecond apart. */
export function together(times: readonly number[], count: number): number[] {
  return times.flatMap((time) => Array.from({ length: count }, (_, index) => time + index / 100))
}

/** What was seen, and the verdict on it: of its line at least this. */
export type Row = [
  what: string,
  blocks: readonly BlockSketch[],
  more: MeasurementSketch,
  kind: VerdictKind,
  line: string,
]

/** The probe has left when its time was over. */
export const left: ProbedEnding = { kind: 'left', because: 'duration' }

/** A field that tells the length ahead. */
export const length = (bytes: number): [string, string] => ['content-length', String(bytes)]

/** Blocks with so many units each. */
export const units = (times: readonly number[], count = 1, bytes = 10): BlockSketch[] =>
  times.map((at) => ({ at, units: count, bytes }))

/** Blocks that decode to nothing yet. */
export const hidden = (times: readonly number[]): BlockSketch[] =>
  times.map((at) => ({ at, decodedBytes: 0 }))
