/** A span of time for people: `0.42 ms`, `8.3 ms`, `412 ms`, `2.41 s`, `3 min 20 s`. Takes milliseconds. */
export function formatTime(ms: number): string {
  if (ms < 0) return `−${formatTime(-ms)}`
  if (ms < 9.95) return `${trim(ms.toFixed(ms < 0.995 ? 2 : 1))} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9995) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function trim(digits: string): string {
  return digits.replace(/\.0+$/, '')
}
