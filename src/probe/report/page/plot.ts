import { html, type Html } from '../../../html/html.ts'
import type { Measurement } from '../../measurement.ts'
import { toTicks } from '../../timeline/ticks.ts'
import { formatBytes } from '../format-bytes.ts'
import { formatTime } from '../format-time.ts'

// Places are in percent, sizes in pixels: the drawing follows the width of the page, and its text stays as large as it is.

/** A reply to draw, with its name; the mark tells by colour and by words which one it is. */
export interface PlottedReply {
  readonly label: string
  readonly measurement: Measurement
  readonly isGood: boolean
}

const laneHeight = 58
const bytesHeight = 180
const axisHeight = 26
// A drawing with more marks than this is slow to show, and nobody can tell them apart.
const mostMarks = 600

/** When each block came: a lane for each reply, a bar for each block, as high as its bytes. */
export function plotBlocks(replies: readonly PlottedReply[]): Html {
  const until = endOf(replies)
  const height = replies.length * laneHeight + axisHeight
  return html`<svg class="plot" width="100%" height="${height}" role="img" aria-labelledby="blocks-title blocks-text">
    <title id="blocks-title">When each block came</title>
    <desc id="blocks-text">${replies.map((reply) => `${reply.label}: ${tellReply(reply)}. `)}</desc>
    ${drawScale(until, height)}${replies.map((reply, index) => drawLane(reply, index * laneHeight, until))}
  </svg>`
}

/** How many bytes had come by when: a line of steps for each reply. */
export function plotBytes(replies: readonly PlottedReply[]): Html {
  const until = endOf(replies)
  const height = bytesHeight + axisHeight
  const most = Math.max(
    ...replies.map(({ measurement: { blocks } }) => blocks.reduce((sum, { bytes }) => sum + bytes, 0)),
    1,
  )
  return html`<svg class="plot" width="100%" height="${height}" role="img" aria-labelledby="bytes-title bytes-text">
    <title id="bytes-title">How many bytes had come by when</title>
    <desc id="bytes-text">${replies.map(({ label, measurement }) => `${label}: ${formatBytes(measurement.bytes)} by ${formatTime(measurement.times.end)}. `)}</desc>
    ${drawScale(until, height)}${drawLevels(most)}
    <svg width="100%" height="${bytesHeight}" viewBox="0 0 1000 1000" preserveAspectRatio="none" overflow="visible">
      ${replies.map(
        ({ measurement, isGood }) =>
          html`<polyline class="${['steps', isGood ? 'good' : 'bad']}" points="${toSteps(measurement, { until, most })}" vector-effect="non-scaling-stroke"/>`,
      )}
    </svg>
  </svg>`
}

function endOf(replies: readonly PlottedReply[]): number {
  return Math.max(...replies.map(({ measurement }) => shownUntil(measurement)), 0.1)
}

// Nobody knows when those blocks came that were only counted: the drawing ends before them.
function shownUntil({ blocks, blockCount, times }: Measurement): number {
  return blockCount > blocks.length ? (blocks.at(-1)?.at ?? times.head) : times.end
}

/** What a reply did, in a sentence. */
export function tellReply({ measurement }: Pick<PlottedReply, 'measurement'>): string {
  const { times, blockCount } = measurement
  if (times.firstBlock === undefined) return `no block in ${formatTime(times.end)}`
  if (blockCount === 1) return `one block, after ${formatTime(times.firstBlock)}`
  const last = times.lastBlock ?? times.firstBlock
  return `${blockCount} blocks, from ${formatTime(times.firstBlock)} to ${formatTime(last)}`
}

function drawScale(until: number, height: number): Html[] {
  return toTicks(until, 6).map((tick) => {
    const place = toPercent(tick, until)
    return html`<line class="grid" x1="${place}" x2="${place}" y1="0" y2="${height - axisHeight}"/>
      <text class="tick" x="${place}" y="${height - 8}" text-anchor="${anchorOf(tick, until)}">${tick === 0 ? '0' : formatTime(tick).replace(/\.?0+(?= s)/, '')}</text>`
  })
}

function anchorOf(tick: number, until: number): string {
  if (tick === 0) return 'start'
  return tick / until > 0.93 ? 'end' : 'middle'
}

function drawLevels(most: number): Html[] {
  return [1, 0.5].map((share) => {
    const y = bytesHeight * (1 - share)
    return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/>
      <text class="tick level" x="0" y="${y + 14}">${formatBytes(most * share)}</text>`
  })
}

function drawLane({ label, measurement, isGood }: PlottedReply, top: number, until: number): Html {
  const { times, ending } = measurement
  const shown = shownUntil(measurement)
  const base = top + laneHeight - 6
  const kind = isGood ? 'good' : 'bad'
  const marks = toMarks(measurement)
  const largest = Math.max(...marks.map(({ seen }) => seen), 1)
  const isWhole = ending.kind === 'complete' && ending.faults.length === 0
  const end = toPercent(shown, until)
  return html`<text class="label" x="0" y="${top + 13}">${label}</text>
    <line class="waiting" x1="0" x2="${toPercent(times.head, until)}" y1="${base}" y2="${base}"/>
    <line class="open" x1="${toPercent(times.head, until)}" x2="${end}" y1="${base}" y2="${base}"/>
    ${marks.map(({ at, bytes, seen, count }) => {
      const x = toPercent(at, until)
      const y = base - 5 - 25 * Math.sqrt(seen / largest)
      const what = count === 1 ? 'a block' : `${count} blocks`
      return html`<line class="${['block', seen > 0 ? kind : 'unseen']}" x1="${x}" x2="${x}" y1="${base}" y2="${y}"><title>${formatTime(at)}: ${what}, ${formatBytes(bytes)}${seen > 0 ? '' : ', decoded to nothing yet'}</title></line>`
    })}
    ${shown === times.end && ending.kind !== 'left' && !isWhole ? html`<circle class="cut" cx="${end}" cy="${base}" r="5"><title>It is not whole</title></circle>` : undefined}`
}

interface Mark {
  at: number
  bytes: number
  /** The bytes that could be seen then: none where a compressor still held them. */
  seen: number
  count: number
}

// Blocks that came within less than a mark's width are one mark.
function toMarks({ blocks }: Measurement): Mark[] {
  const width = Math.max(blocks.at(-1)?.at ?? 0, 0.1) / mostMarks
  const marks: Mark[] = []
  for (const { at, bytes, decodedBytes: seen } of blocks) {
    const last = marks.at(-1)
    if (last && at - last.at < width) {
      last.bytes += bytes
      last.seen += seen
      last.count++
    } else {
      marks.push({ at, bytes, seen, count: 1 })
    }
  }
  return marks
}

function toSteps(measurement: Measurement, { until, most }: { until: number; most: number }): string {
  const points = ['0,1000']
  let bytes = 0
  const toPoint = (at: number) => `${round((at / until) * 1000)},${round(1000 - (bytes / most) * 1000)}`
  for (const mark of toMarks(measurement)) {
    points.push(toPoint(mark.at))
    bytes += mark.bytes
    points.push(toPoint(mark.at))
  }
  points.push(toPoint(shownUntil(measurement)))
  return points.join(' ')
}

function toPercent(at: number, until: number): string {
  return `${round(Math.min((at / until) * 100, 100))}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
