import { toCurl } from './curl-lines.js'
import { Plot } from './plot.js'
import { formatBytes, readBlocks } from './read-blocks.js'
import { readVitals } from './vitals.js'

/** Downloads the table at the speed that is asked for, and shows how it comes. */
export function download(form) {
  const plot = new Plot(form.querySelector('.plot'))
  const stop = form.querySelector('[data-do=stop]')
  form.addEventListener('input', () =>
    toCurl(form.querySelector('.curl'), `curl -s {${pathOf(form)}} | wc -l`),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const controller = new AbortController()
    const leave = () => controller.abort()
    stop.addEventListener('click', leave, { once: true })
    setRunning(form, true)
    plot.clear()
    tell(form, 'state', await run(form, plot, controller.signal))
    setRunning(form, false)
    stop.removeEventListener('click', leave)
  })
}

async function run(form, plot, signal) {
  const progress = { rows: -1, bytes: 0, memory: 0 }
  const watching = new AbortController()
  const { memory } = await readVitals()
  void watchMemory(form, memory, watching.signal)
  try {
    const { response, blocks } = await readBlocks(pathOf(form), { signal })
    if (!response.ok) return await response.text()
    tell(form, 'state', 'Reading …')
    for await (const { bytes } of paced(blocks, Number(form.elements.speed.value))) {
      progress.bytes += bytes.length
      progress.rows += countLines(bytes)
      const elapsed = performance.now() - (progress.start ??= performance.now())
      plot.add(elapsed, progress.bytes)
      show(form, progress, elapsed)
    }
    return 'Complete: the last chunk came.'
  } catch (error) {
    return signal.aborted
      ? 'You left. The server has closed the cursor.'
      : `The download failed: ${error.message}`
  } finally {
    watching.abort()
  }
}

// Reading slowly is all it takes: the server notices, and asks the database for no more than that.
async function* paced(blocks, bytesPerSecond) {
  const start = performance.now()
  let taken = 0
  for await (const block of blocks) {
    for (let at = 0; at < block.bytes.length; at += 16_384) {
      const bytes = block.bytes.subarray(at, at + 16_384)
      taken += bytes.length
      const wait = bytesPerSecond ? start + (taken / bytesPerSecond) * 1000 - performance.now() : 0
      if (wait > 4) await new Promise((resolve) => setTimeout(resolve, wait))
      yield { bytes }
    }
  }
}

async function watchMemory(form, before, signal) {
  while (!signal.aborted) {
    const vitals = await readVitals().catch(() => undefined)
    if (!vitals) return
    const growth = Math.round((vitals.memory - before) / 1_000_000)
    const change = growth < 0 ? `−${-growth}` : `+${growth}`
    tell(form, 'memory', formatBytes(vitals.memory))
    tell(form, 'growth', `${change} MB since the start`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

function show(form, { rows, bytes }, elapsed) {
  tell(form, 'rows', Math.max(rows, 0).toLocaleString('en'))
  tell(form, 'rate', elapsed < 20 ? '–' : Math.round((rows / elapsed) * 1000).toLocaleString('en'))
  tell(form, 'bytes', formatBytes(bytes))
}

function countLines(bytes) {
  let lines = 0
  for (const byte of bytes) if (byte === 10) lines++
  return lines
}

function pathOf(form) {
  const query = new URLSearchParams()
  for (const name of ['country', 'min', 'times']) {
    const value = form.elements[name].value.trim()
    if (value) query.set(name, value)
  }
  return query.size === 0 ? '/cities.csv' : `/cities.csv?${query}`
}

function setRunning(form, isRunning) {
  form.querySelector('.controls button').disabled = isRunning
  form.querySelector('[data-do=stop]').disabled = !isRunning
}

function tell(form, fact, text) {
  form.querySelector(`[data-fact=${fact}]`).textContent = text
}
