// The plot of a chosen reply: the bytes so far as steps, a tick for each block below, and a band where the client does
// not read. It is a picture: what it says is also written beside it.
import { formatBytes } from '../model/format.ts'
import type { BlockSeries, Point } from '../model/block-series.ts'

const height = 240
const rugHeight = 14
// Seconds that are shown of a reply that goes on.
const shownSeconds = 60
// Of more points than these each is no longer marked.
const mostMarks = 80

/** What the plot shows: `isEnded` shows all that was seen, otherwise the last minute. */
export interface TimelineView {
  readonly series: BlockSeries
  /** Seconds since the reply began. */
  readonly now: number
  readonly isEnded: boolean
}

/** Draws the blocks of one reply after the other. */
export class Timeline {
  readonly #place: HTMLElement
  readonly #plot: uPlot
  #view: TimelineView | undefined
  #points: readonly Point[] = []
  #from = 0
  #to = 1

  /** `told` is given the point under the pointer. */
  constructor(place: HTMLElement, told: (point: Point | undefined) => void) {
    this.#place = place
    const cursor = (plot: uPlot): void =>
      told(plot.cursor.idx == null ? undefined : this.#points[plot.cursor.idx])
    this.#plot = new uPlot(this.#options(cursor), [[], []], place)
    new ResizeObserver(() => this.#resize()).observe(place)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot.redraw(false))
  }

  /** Draws a view in place of the last one. */
  draw(view: TimelineView): void {
    this.#view = view
    const first = view.series.points[0]?.at ?? view.now
    this.#to = Math.max(view.now, 1)
    this.#from = view.isEnded ? Math.min(first, this.#to - 1) : Math.max(0, Math.min(first, this.#to - 10))
    if (!view.isEnded) this.#from = Math.max(this.#from, this.#to - shownSeconds)
    this.#points = view.series.pointsFrom(this.#from)
    const last = this.#points.at(-1)
    const ends = last && last.at < view.now ? [view.now] : []
    const times = [...this.#points.map(({ at }) => at), ...ends]
    this.#plot.setData([
      times,
      [...this.#points.map(({ total }) => total), ...ends.map(() => last?.total ?? 0)],
    ])
  }

  #resize(): void {
    const width = this.#place.clientWidth
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height })
  }

  #options(setCursor: (plot: uPlot) => void): uPlot.Options {
    const font = `12px ${getComputedStyle(this.#place).fontFamily}`
    const axis = { font, stroke: () => this.#colour('muted'), ticks: { show: false } }
    return {
      width: Math.max(this.#place.clientWidth, 200),
      height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      scales: {
        x: { time: false, range: () => [this.#from, this.#to] },
        y: { range: (_, least, most) => toRange(least, most) },
      },
      axes: [
        {
          ...axis,
          size: 30,
          space: 90,
          grid: { show: false },
          values: (_, times) => times.map((time) => `${time} s`),
        },
        {
          ...axis,
          size: 68,
          grid: { stroke: () => this.#colour('line'), width: 1 },
          values: (_, values) => values.map((value) => formatBytes(value)),
        },
      ],
      series: [{}, this.#series()],
      hooks: {
        drawClear: [(plot) => this.#drawWaits(plot)],
        draw: [(plot) => this.#drawRug(plot)],
        setCursor: [setCursor],
      },
    }
  }

  #series(): uPlot.Series {
    const { stepped } = uPlot.paths
    return {
      stroke: () => this.#colour('water'),
      fill: () => this.#colour('water-soft'),
      width: 2,
      ...(stepped ? { paths: stepped({ align: 1 }) } : {}),
      points: {
        show: () => this.#points.length <= mostMarks,
        filter: () => this.#points.map((_, index) => index),
        size: 6,
        fill: () => this.#colour('water'),
      },
    }
  }

  #drawWaits(plot: uPlot): void {
    const { ctx, bbox } = plot
    if (!this.#view) return
    const { series, now } = this.#view
    ctx.save()
    ctx.fillStyle = this.#colour('alarm-soft')
    for (const [from, to] of series.waitsBetween(this.#from, now)) {
      const left = plot.valToPos(Math.max(from, this.#from), 'x', true)
      const width = Math.max(plot.valToPos(to, 'x', true) - left, 1)
      ctx.fillRect(left, bbox.top, width, bbox.height)
    }
    ctx.restore()
  }

  #drawRug(plot: uPlot): void {
    const { ctx, bbox } = plot
    const bottom = bbox.top + bbox.height
    const thickness = Math.max(1, Math.round(devicePixelRatio))
    ctx.save()
    ctx.fillStyle = this.#colour('ink')
    for (const { at } of this.#points) {
      if (at < this.#from) continue
      const left = Math.round(plot.valToPos(at, 'x', true))
      ctx.fillRect(left, bottom - rugHeight * devicePixelRatio, thickness, rugHeight * devicePixelRatio)
    }
    ctx.restore()
  }

  // A canvas knows no custom properties: an element of that colour does.
  #colour(name: string): string {
    this.#place.style.setProperty('--asked', `var(--${name})`)
    return getComputedStyle(this.#place).getPropertyValue('outline-color')
  }
}

// A flat line is not in the middle of nothing.
function toRange(least: number | null, most: number | null): [number, number] {
  const from = least ?? 0
  const to = Math.max(most ?? 0, from + 1)
  const room = (to - from) * 0.08
  return [Math.max(0, from - room), to + room]
}
