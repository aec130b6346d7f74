/**
 * Asks for a path and gives the head, when it arrived, and the blocks as they come. Times are milliseconds since the
 * request.
 */
export async function readBlocks(path, { signal } = {}) {
  const start = performance.now()
  const response = await fetch(path, { signal, cache: 'no-store' })
  return { response, headAt: performance.now() - start, blocks: blocksOf(response, start) }
}

async function* blocksOf(response, start) {
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield { bytes: value, at: performance.now() - start }
    }
  } finally {
    // Leaving the loop early means leaving: the server is to notice. A reader that failed has nothing to cancel.
    await reader.cancel().catch(() => undefined)
  }
}

/** A number of milliseconds as a person reads it. */
export function formatTime(milliseconds) {
  return `${Math.round(milliseconds).toLocaleString('en')} ms`
}

/** A number of bytes as a person reads it. */
export function formatBytes(bytes) {
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000).toLocaleString('en')} kB`
  return `${(bytes / 1_000_000).toFixed(bytes < 100_000_000 ? 1 : 0)} MB`
}
