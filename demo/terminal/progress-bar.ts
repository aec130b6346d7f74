import colors from 'picocolors'

export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface ProgressOptions {
  readonly label: string
  /** What the whole counts. */
  readonly total: number
  /** Standard error by default. */
  readonly out?: ProgressOutput
}

const width = 28

/** Shows how far a work has come: a bar that moves on a terminal, a line for each quarter elsewhere. */
export class ProgressBar {
  readonly #label: string
  readonly #total: number
  readonly #out: ProgressOutput
  #quarter = 0

  constructor({ label, total, out = process.stderr }: ProgressOptions) {
    this.#label = label
    this.#total = total
    this.#out = out
  }

  /** Shows that this many are done; the last call has the total, and ends the line. */
  show(done: number): void {
    if (this.#out.isTTY) return this.#draw(done)
    const quarter = Math.floor((done / this.#total) * 4)
    if (quarter <= this.#quarter) return
    this.#quarter = quarter
    this.#out.write(`${this.#label}: ${this.#describe(done)}\n`)
  }

  /** Takes the bar away, when the work was given up. */
  clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K')
  }

  #draw(done: number): void {
    const full = Math.round((done / this.#total) * width)
    const bar = colors.cyan('━'.repeat(full)) + colors.dim('━'.repeat(width - full))
    const end = done === this.#total ? '\n' : ''
    this.#out.write(`\r${this.#label} ${bar} ${this.#describe(done)}\u001b[K${end}`)
  }

  #describe(done: number): string {
    return `${done.toLocaleString('en')} of ${this.#total.toLocaleString('en')}`
  }
}
