const steps = [1, 2, 5, 10, 15, 30, 60]

/** Round times from 0 to `until`, not more than `most` of them; milliseconds. */
export function toTicks(until: number, most: number): number[] {
  const step = toRoundTime(until / Math.max(most - 1, 1))
  const count = Math.floor(until / step + 1e-9) + 1
  return Array.from({ length: count }, (_, index) => Number((index * step).toPrecision(12)))
}

/** The next round time that is not shorter: 1, 2 or 5 of a power of ten, and above a second of what clocks have. */
export function toRoundTime(ms: number): number {
  const unit = unitOf(ms)
  if (unit >= 1000) return (steps.find((step) => step * unit >= ms - 1e-9) ?? 60) * unit
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 0.01)))
  const factor = [1, 2, 5, 10].find((one) => one * power >= ms - 1e-9) ?? 10
  return factor * power
}

function unitOf(ms: number): number {
  if (ms > 60 * 60_000) return 60 * 60_000
  if (ms > 60_000) return 60_000
  return ms > 1000 ? 1000 : 1
}
