import type { ProbedBlock, ProbedHead } from '../measurement.ts'
import { drawTimeline } from './draw-timeline.ts'
import type { TerminalStyle } from './terminal-style.ts'
import { toRoundTime } from './ticks.ts'
import type { Timeline, TimelineOutput } from './timeline.ts'
import type { Track } from './track.ts'

export interface TerminalTimelineInit {
  readonly output: TimelineOutput
  readonly tracks: readonly Track[]
  readonly title: string
  /** Asked for each drawing, so that it follows the width of the terminal. */
  readonly style: () => TerminalStyle
  /** The clock, in milliseconds. The default is `performance.now()`. */
  readonly now?: () => number
}

// Ten times a second is as much as anybody sees, however many blocks come.
const redraws = 100
// More lines than fit on a small terminal cannot be taken back.
const mostTracks = 8

const hideCursor = '\u001B[?25l'
const showCursor = '\u001B[?25h'
const eraseLine = '\u001B[K'
const eraseBelow = '\u001B[J'

/** Draws the replies over and over in the same place. */
export class TerminalTimeline implements Timeline {
  readonly #init: TerminalTimelineInit
  readonly #now: () => number
  readonly #began: number
  readonly #timer: NodeJS.Timeout
  readonly #showCursor = () => void this.#init.output.write(showCursor)
  #height = 0

  constructor(init: TerminalTimelineInit) {
    this.#init = init
    this.#now = init.now ?? (() => performance.now())
    this.#began = this.#now()
    init.output.write(hideCursor)
    process.once('exit', this.#showCursor)
    this.#timer = setInterval(() => this.draw(), redraws)
    this.draw()
  }

  addHead(index: number, head: ProbedHead): void {
    this.#init.tracks[index]?.addHead(head, this.#now())
  }

  addBlock(index: number, block: ProbedBlock): void {
    this.#init.tracks[index]?.addBlock(block, this.#now())
  }

  /** Draws what there is now; called by itself ten times a second. */
  draw(): void {
    const style = this.#init.style()
    const lines = this.#toLines(style)
    const up = this.#height > 0 ? `\u001B[${this.#height}A` : ''
    this.#init.output.write(`${up}\r${lines.map((line) => line + eraseLine + '\n').join('')}${eraseBelow}`)
    this.#height = lines.length
  }

  close(): void {
    clearInterval(this.#timer)
    process.off('exit', this.#showCursor)
    const up = this.#height > 0 ? `\u001B[${this.#height}A` : ''
    this.#init.output.write(`${up}\r${eraseBelow}${showCursor}`)
    this.#height = 0
  }

  #toLines(style: TerminalStyle): string[] {
    const now = this.#now()
    const shown = this.#init.tracks.slice(0, mostTracks)
    const drawn = shown.map((track) => {
      const { label, bins, head } = track
      return { track, label, bins, headAt: head?.at, until: track.elapsed(now, this.#began) }
    })
    const until = toRoundTime(Math.max(...drawn.map((one) => one.until), 1000))
    return [
      fit(`  ${this.#init.title}`, style.width),
      '',
      ...drawTimeline(drawn, { style, until }),
      '',
      ...drawn.map((one) => style.paint.quiet(describe(one.track, one.until, style))),
    ]
  }
}

function describe(track: Track, elapsed: number, { width, signs }: TerminalStyle): string {
  const label = track.label === '' ? '' : `${track.label}: `
  return fit(`  ${label}${track.describe(elapsed).join(signs.between)}`, width)
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}
