import type { Measurement, ProbedBlock } from '../measurement.ts'

/** Blocks that came together. */
export interface Burst {
  /** When its first byte came, in milliseconds since the request. */
  startedAt: number
  /** When its last byte came. */
  at: number
  /** What the server has sent as one, whether framed so or known by the format; events for SSE. */
  count: number
  /** After decoding. */
  bytes: number
  /** It ends in the middle of an event, a record or a line. */
  endsInside: boolean
}

/** Chunks of this size and more are parts of something larger: frames of HTTP/2 and buffers of files are so cut. */
const fragment = 4096
/** Milliseconds within which a busy machine still tells one thing from another. */
const grain = 3
/** No network that is not itself in trouble holds the parts of one burst further apart, in milliseconds. */
export const widest = 40

/** The blocks of a reply that could be seen, joined to bursts by the pauses between them. */
export function findBursts(measurement: Pick<Measurement, 'blocks' | 'framing' | 'format'>): Burst[] {
  const visible = measurement.blocks.filter(({ decodedBytes }) => decodedBytes > 0)
  const limit = findPause(visible)
  const groups: ProbedBlock[][] = []
  for (const [index, block] of visible.entries()) {
    const last = groups.at(-1)
    if (last && pauseBefore(visible, index) <= limit) last.push(block)
    else groups.push([block])
  }
  return groups.map((group) => toBurst(group, measurement))
}

/** How many blocks the server has sent, where chunks of one large block count once. */
export function countBlocks(blocks: readonly ProbedBlock[]): number {
  return blocks.filter((_, index) => (blocks[index - 1]?.bytes ?? 0) < fragment).length
}

/** True where the server tells where each block ends. */
export function isFramed({ framing }: Pick<Measurement, 'framing'>): boolean {
  return framing === 'chunked' || framing === 'stream'
}

// Most of the time passes in pauses at least as long as the one this is taken from. So one long stall says nothing about
// the rest, and the many pauses of nothing at all inside the bursts do not either.
function findPause(blocks: readonly ProbedBlock[]): number {
  const pauses = blocks.map((_, index) => pauseBefore(blocks, index)).toSorted((a, b) => b - a)
  const half = pauses.reduce((sum, pause) => sum + pause, 0) / 2
  let passed = 0
  const typical = pauses.find((pause) => (passed += pause) >= half) ?? 0
  return Math.min(widest, Math.max(grain, typical / 5))
}

// From the last byte to the next first one: what a slow network needs to bring a large block is no pause.
function pauseBefore(blocks: readonly ProbedBlock[], index: number): number {
  const before = blocks[index - 1]
  const block = blocks[index]
  if (!before || !block || before.reading === block.reading) return 0
  return Math.max(0, block.startedAt - before.at)
}

function toBurst(blocks: ProbedBlock[], { framing, format }: Pick<Measurement, 'framing' | 'format'>): Burst {
  const last = blocks.at(-1)
  const units = blocks.reduce((sum, block) => sum + (block.units ?? 0), 0)
  const isRecords = format === 'csv' || format === 'ndjson' || format === 'multipart'
  // A record in three chunks is one thing, and so is a chunk with a hundred records: the application has made it so.
  const most = isRecords ? Math.max(1, units) : Infinity
  const sent = isFramed({ framing }) ? Math.min(countBlocks(blocks), most) : 1
  return {
    startedAt: blocks[0]?.startedAt ?? 0,
    at: last?.at ?? 0,
    count: format === 'sse' ? units : sent,
    bytes: blocks.reduce((sum, block) => sum + block.decodedBytes, 0),
    endsInside: last?.endsInside ?? false,
  }
}
