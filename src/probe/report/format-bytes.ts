const units = ['kB', 'MB', 'GB', 'TB']

/** A number of bytes for people: `318 B`, `1.4 kB`, `23 MB`. A kB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** A count with commas, so that it is read at a glance: `135,233`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}
