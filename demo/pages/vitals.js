import { formatBytes } from './read-blocks.js'

/** What the server says of itself now: memory in bytes, open cursors, clocks, cities. */
export async function readVitals() {
  const response = await fetch('/vitals', { cache: 'no-store' })
  return response.json()
}

/** Puts the number of cities that there are, times `data-rows`, in the place of the number in each element. */
export async function showCounts(elements) {
  const { cities } = await readVitals()
  for (const element of elements) {
    const rows = (cities * element.dataset.rows).toLocaleString('en')
    element.textContent = element.textContent.replace(/[\d,]+/, rows)
  }
}

/** Shows the vitals at the top of the page, again and again while somebody looks. */
export async function showVitals(top) {
  for (;;) {
    if (!document.hidden) await show(top)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function show(top) {
  try {
    const { memory, cursors } = await readVitals()
    top.querySelector('[data-vital=memory]').textContent = formatBytes(memory)
    top.querySelector('[data-vital=cursors]').textContent = cursors
    top.querySelector('[data-vital=cursors] + span').textContent =
      cursors === 1 ? 'open cursor' : 'open cursors'
  } catch {
    // The server was stopped; it may be started again.
    for (const vital of top.querySelectorAll('[data-vital]')) vital.textContent = '–'
  }
}
