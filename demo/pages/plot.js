import { formatBytes } from './read-blocks.js'

const width = 600
const height = 150

/** Bytes over time as a curve in an SVG of 600 by 180 units, whose axes grow with what they show. */
export class Plot {
  #svg
  #points = []
  #isDue = false

  constructor(svg) {
    this.#svg = svg
    this.clear()
  }

  clear() {
    this.#points = [[0, 0]]
    this.#draw()
  }

  add(milliseconds, bytes) {
    this.#points.push([milliseconds, bytes])
    if (this.#isDue) return
    this.#isDue = true
    requestAnimationFrame(() => {
      this.#isDue = false
      this.#draw()
    })
  }

  #draw() {
    const [lastTime, lastBytes] = this.#points.at(-1)
    const endTime = toRound(Math.max(lastTime, 200))
    const endBytes = toRound(Math.max(lastBytes, 100_000))
    const line = this.#points
      .filter(
        (_, index) => index % Math.ceil(this.#points.length / 600) === 0 || index === this.#points.length - 1,
      )
      .map(
        ([time, bytes]) =>
          `${toFixed((time / endTime) * width)} ${toFixed(height - (bytes / endBytes) * height)}`,
      )
      .join('L')
    const end = toFixed((lastTime / endTime) * width)
    this.#svg.innerHTML = `
      <line x1="0" x2="${width}" y1="${height}" y2="${height}"/><line x1="0" x2="${width}" y1="0.5" y2="0.5"/>
      <path class="area" d="M${line}L${end} ${height}L0 ${height}Z"/><path class="curve" d="M${line}"/>
      <text x="0" y="14">${formatBytes(endBytes)}</text><text x="0" y="${height + 20}">0</text>
      <text x="${width}" y="${height + 20}" text-anchor="end">${(endTime / 1000).toLocaleString('en')} s</text>`
  }
}

// The next number that is easy to read: 1, 2 or 5 and noughts.
function toRound(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value)
}

function toFixed(value) {
  return value.toFixed(1)
}
