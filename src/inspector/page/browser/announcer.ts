// In milliseconds: two things that are said at once would be read as one.
const pause = 1_500

/** Says one thing after the other to who does not see the page, and the same thing not again. */
export class Announcer {
  readonly #place: HTMLElement
  #next: string | undefined
  #timer: number | undefined

  constructor(place: HTMLElement) {
    this.#place = place
  }

  /** Says a text; of texts that come too quickly, the newest. */
  say(text: string): void {
    if (this.#timer !== undefined) {
      this.#next = text
      return
    }
    this.#place.textContent = text
    this.#timer = window.setTimeout(() => this.#goOn(), pause)
  }

  #goOn(): void {
    this.#timer = undefined
    const next = this.#next
    this.#next = undefined
    if (next !== undefined) this.say(next)
  }
}
