// How long one reply may keep the event loop, in milliseconds, before others get their turn.
const TURN = 5

/** How many blocks of a fast source are taken before the clock is looked at. */
export const RUN = 32

/**
 * Tells a pump when it has kept the event loop for long enough. The clock is looked at after 1, 2, 4 … 32 blocks, so that
 * a slow source ends the turn after each of its blocks and a fast one hardly pays for looking.
 */
export class TurnClock {
  #start = 0
  #parkedIn = 0
  #unlooked = 0
  #lookAfter = 1

  /** A turn of its own begins. */
  begin(): void {
    this.#start = performance.now()
  }

  /** The source is waited for. */
  park(): void {
    this.#parkedIn = currentTurn()
  }

  /** It has answered: one that has waited for anything but microtasks begins a turn of its own. */
  resume(): void {
    if (this.#parkedIn !== currentTurn()) this.begin()
  }

  /** True for a source that has filled its turns so far. */
  get isFast(): boolean {
    return this.#lookAfter >= RUN
  }

  /** Blocks were taken without a look. */
  skip(blocks: number): void {
    this.#unlooked += blocks
  }

  /** Called before each block; true when others are to get their turn. */
  isOver(): boolean {
    if (++this.#unlooked < this.#lookAfter) return false
    this.#unlooked = 0
    if (performance.now() - this.#start < TURN) {
      this.#lookAfter = Math.min(this.#lookAfter * 2, RUN)
      return false
    }
    this.#lookAfter = 1
    return true
  }
}

// A number that is another one when the event loop has turned.
let turn = 0
let isCounting = false

/** The turn of the event loop that this runs in; whoever never asks pays nothing. */
export function currentTurn(): number {
  if (isCounting) return turn
  isCounting = true
  setImmediate(() => {
    turn++
    isCounting = false
  })
  return turn
}
