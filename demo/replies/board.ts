import { channel, HttpError, type Reply } from 'millrace'
import type { ReaderPlace } from 'millrace/formats'

export interface BoardOptions {
  /** Ends every stream: the server is closing. */
  readonly stopping: AbortSignal
  /** Milliseconds between two tiles that the water paints, 120 by default. */
  readonly every?: number
  /** Milliseconds for which the water goes on when nobody watches any more, a minute by default. */
  readonly linger?: number
}

/** A tile of the board, painted. */
export interface Tile {
  readonly x: number
  readonly y: number
  readonly hue: number
}

export const columns = 36
export const rows = 14

/** A board that everybody paints on and everybody sees, while water flows over it. */
export class Board {
  // Whoever comes gets the tiles of the last minute; whoever comes back, what was painted in the meantime.
  readonly #news = channel({ replay: { events: 600 }, replayToNew: true })
  readonly #every: number
  readonly #linger: number
  #timer: NodeJS.Timeout | undefined
  #step = 0
  #watchedAt = 0

  constructor({ stopping, every = 120, linger = 60_000 }: BoardOptions) {
    this.#every = every
    this.#linger = linger
    stopping.addEventListener('abort', () => this.#close())
    if (stopping.aborted) this.#close()
  }

  /** How many windows are watching. */
  get watching(): number {
    return this.#news.readers
  }

  /** The tiles as they are painted, as events, until the client leaves or the server stops. */
  open(reader: ReaderPlace): Reply {
    this.#watchedAt = Date.now()
    if (!this.#news.isClosed) this.#timer ??= setInterval(() => this.#flow(), this.#every)
    return this.#news.open(reader, { retry: 1_000 })
  }

  /** Paints a tile for everybody. */
  paint(tile: Tile): void {
    this.#news.send({ event: 'tile', data: { ...tile, at: Date.now(), watching: this.watching } })
  }

  #flow(): void {
    if (this.watching > 0) this.#watchedAt = Date.now()
    if (Date.now() - this.#watchedAt > this.#linger) return this.#rest()
    const turn = this.#step++ / columns
    const x = this.#step % columns
    const y = Math.round((rows - 1) * (0.5 + 0.4 * Math.sin(turn * 2.3 + x / 5) * Math.cos(turn / 7)))
    this.paint({ x, y, hue: Math.round(188 + 28 * Math.sin(turn)) })
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #close(): void {
    this.#rest()
    this.#news.close({ event: 'bye' })
  }
}

/**
 * The tile that a request asks for.
 * @throws HttpError 400 for one that is not on the board.
 */
export function parseTile(query: URLSearchParams): Tile {
  return { x: parse(query, 'x', columns), y: parse(query, 'y', rows), hue: parse(query, 'hue', 360) }
}

function parse(query: URLSearchParams, name: string, end: number): number {
  const text = query.get(name) ?? ''
  const value = Number(text)
  if (/^\d{1,3}$/.test(text) && value < end) return value
  throw new HttpError(400, `Cannot paint ${name}=${JSON.stringify(text)}: give 0 to ${end - 1}`)
}
