import { workMs } from '../servers/stamped-sources.ts'
import { plotStyle } from './plot-style.ts'
import { classOf, drawReply, formatWait, longestWait, type PlottedReply } from './plotted-reply.ts'
import { svgElement, svgLabel, svgText } from './svg-element.ts'

const width = 800
const margin = 16
const left = 148
const right = 668
const top = 96
const rowHeight = 31

// Between the servers that send at once and those that do not.
const gap = 14

const title = 'When does a block reach the client?'
const subtitle = `A generator yields a block, computes for ${workMs} ms, yields the next, and so on.`

type Scale = (time: number) => number

/** Draws when each block of each server was yielded and when it arrived, as an SVG that stands alone. */
export function plotArrivals(replies: readonly PlottedReply[]): string {
  const last = Math.max(...replies.flatMap(({ arrivals }) => arrivals.map(({ arrived }) => arrived)))
  const scale = (time: number) => left + (time / last) * (right - left)
  const middles = placeRows(replies)
  const bottom = (middles.at(-1) ?? top) + rowHeight / 2
  const rows = replies.map((reply, index) =>
    drawReply(reply, { name: left - margin, wait: width - margin, middle: middles[index] ?? top, scale }),
  )
  const parts = [...describe(replies), ...drawHead(), ...drawAxis(scale, last, bottom), ...rows]
  return drawFrame(bottom + 48, parts)
}

function drawFrame(height: number, parts: string[]): string {
  const size = { viewBox: `0 0 ${width} ${Math.ceil(height)}`, width, height: Math.ceil(height) }
  const names = { role: 'img', 'aria-labelledby': 'title desc' }
  const lines = parts.map((part) => `\n${part}`)
  return `${svgElement('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size, ...names }, ...lines, '\n')}\n`
}

function placeRows(replies: readonly PlottedReply[]): number[] {
  let middle = top - rowHeight / 2
  return replies.map((reply, index) => {
    const above = replies[index - 1]
    middle += above === undefined || isAsSoon(above, reply) ? rowHeight : rowHeight + gap
    return middle
  })
}

function isAsSoon(one: PlottedReply, other: PlottedReply): boolean {
  return classOf(longestWait(one)) === classOf(longestWait(other))
}

function describe(replies: readonly PlottedReply[]): string[] {
  const waits = replies.map((reply) => `${reply.label} ${formatWait(longestWait(reply))}`).join('; ')
  const text = `${subtitle} The longest time from yield to client: ${waits}.`
  return [
    svgElement('title', { id: 'title' }, svgText(title)),
    svgElement('desc', { id: 'desc' }, svgText(text)),
    svgElement('style', {}, plotStyle),
  ]
}

function drawHead(): string[] {
  return [
    svgLabel(title, { x: margin, y: 28, class: 'title' }),
    svgLabel(subtitle, { x: margin, y: 49 }),
    svgElement('line', { x1: left, x2: left, y1: 68, y2: 76, class: 'tick' }),
    svgLabel('yielded', { x: left + 8, y: 76 }),
    svgElement('circle', { cx: left + 78, cy: 72, r: 4, class: 'soon' }),
    svgLabel('arrived at once', { x: left + 87, y: 76 }),
    svgElement('circle', { cx: left + 200, cy: 72, r: 4, class: 'late' }),
    svgLabel('arrived late', { x: left + 209, y: 76 }),
    svgLabel('longest wait', { x: width - margin, y: 76, 'text-anchor': 'end' }),
  ]
}

function drawAxis(scale: Scale, last: number, bottom: number): string[] {
  const times = Array.from({ length: Math.floor(last / workMs) + 1 }, (_, index) => index * workMs)
  const centred = { 'text-anchor': 'middle' }
  return [
    ...times
      .map(scale)
      .map((x) => svgElement('line', { x1: x, x2: x, y1: 86, y2: bottom + 2, class: 'grid' })),
    ...times.map((time) =>
      svgLabel(time.toLocaleString('en'), { x: scale(time), y: bottom + 18, ...centred }),
    ),
    svgLabel('milliseconds since the request', { x: (left + right) / 2, y: bottom + 37, ...centred }),
  ]
}
