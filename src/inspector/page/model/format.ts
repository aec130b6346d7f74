/** Whole numbers, with their thousands apart. */
export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** Bytes, in kB and MB of a thousand and a million. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`
  const steps = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1_000
  while (value >= 999.5 && steps.length > 1) {
    value /= 1_000
    steps.shift()
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} ${steps[0]}`
}

/** Bytes per second; nothing for a rate that is none. */
export function formatRate(rate: number): string {
  return rate < 0.5 ? '' : `${formatBytes(rate)}/s`
}

/** A span of time that stands still: milliseconds below a second, then seconds with one digit, then whole ones. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0.95) return `${Math.max(milliseconds, 0).toFixed(1)} ms`
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 9_950) return `${(milliseconds / 1_000).toFixed(1)} s`
  return formatAge(Math.round(milliseconds / 1_000) * 1_000)
}

/** A span of time that goes on: whole seconds, so that it changes once in a second. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${twoDigits(seconds % 60)} s`
  return `${formatCount(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** A time of the day, as the clocks of the reader show it. */
export function formatClock(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB')
}
