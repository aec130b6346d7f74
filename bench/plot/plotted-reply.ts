import { formatDelay } from '../delay-table.ts'
import type { Arrival } from '../peers/stamped-stream.ts'
import { svgElement, svgLabel } from './svg-element.ts'

/** What a row of the plot shows: one reply of one server, in milliseconds since the request. */
export interface PlottedReply {
  label: string
  arrivals: readonly Arrival[]
}

/** Where a row stands, in pixels. */
export interface RowPlace {
  /** Where the name ends, and where the wait ends. */
  name: number
  wait: number
  middle: number
  scale: (time: number) => number
}

// Ticks are drawn above the middle of a row and dots below it, so that the lines between them fan out.
const lane = 8

// A block that takes longer has waited for the application.
const lateMs = 50

/** Draws one server: a tick where a block was yielded, a dot where it arrived, and a line between them. */
export function drawReply({ label, arrivals }: PlottedReply, place: RowPlace): string {
  const wait = longestWait({ arrivals })
  const y = place.middle + 4
  return svgElement(
    'g',
    {},
    svgLabel(label, { x: place.name, y, 'text-anchor': 'end', class: 'name' }),
    ...arrivals.map((arrival) => drawWay(arrival, place)),
    ...arrivals.map((arrival) => drawEnds(arrival, place)),
    ...drawCount(arrivals, place),
    svgLabel(formatWait(wait), { x: place.wait, y, 'text-anchor': 'end', class: `wait ${classOf(wait)}` }),
  )
}

/** The longest time from yield to client, in milliseconds. */
export function longestWait({ arrivals }: Pick<PlottedReply, 'arrivals'>): number {
  return Math.max(...arrivals.map(waitOf))
}

/** Whether blocks went out before the application went on. */
export function classOf(wait: number): 'soon' | 'late' {
  return wait < lateMs ? 'soon' : 'late'
}

/** A wait with its unit. */
export function formatWait(wait: number): string {
  return `${formatDelay(wait)} ms`
}

function drawWay(arrival: Arrival, { middle, scale }: RowPlace): string {
  const [x1, x2] = [scale(arrival.yielded), scale(arrival.arrived)]
  const kind = classOf(waitOf(arrival))
  return svgElement('line', { x1, y1: middle - lane, x2, y2: middle + lane, class: `way ${kind}` })
}

function drawEnds(arrival: Arrival, { middle, scale }: RowPlace): string {
  const x = scale(arrival.yielded)
  const dot = { cx: scale(arrival.arrived), cy: middle + lane, r: 4, class: classOf(waitOf(arrival)) }
  return (
    svgElement('line', { x1: x, y1: middle - lane - 3, x2: x, y2: middle - lane + 3, class: 'tick' }) +
    svgElement('circle', dot)
  )
}

// Dots that lie on each other look like one.
function drawCount(arrivals: readonly Arrival[], { middle, scale }: RowPlace): string[] {
  const times = arrivals.map(({ arrived }) => arrived)
  const last = Math.max(...times)
  if (times.length < 2 || last - Math.min(...times) > lateMs) return []
  return [svgLabel(`all ${times.length}`, { x: scale(last) + 9, y: middle + lane + 4, class: 'late' })]
}

function waitOf({ yielded, arrived }: Arrival): number {
  return arrived - yielded
}
