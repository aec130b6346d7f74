import { formatTime } from './read-blocks.js'
import { readVitals } from './vitals.js'

/** Watches the clock until it is told to leave. */
export function clock(panel) {
  const start = panel.querySelector('[data-do=start]')
  const stop = panel.querySelector('[data-do=stop]')
  const note = panel.querySelector('.note')
  start.addEventListener('click', async () => {
    start.disabled = true
    stop.disabled = false
    note.textContent = ''
    note.textContent = await watch(panel.querySelector('.ticks'), stop)
    start.disabled = false
    stop.disabled = true
  })
}

// Resolves when the clock is over, with what there is to say of that.
function watch(list, stop) {
  list.replaceChildren()
  const { promise, resolve } = Promise.withResolvers()
  const start = performance.now()
  const source = new EventSource('/clock')
  const end = (text) => {
    source.close()
    resolve(text)
  }
  source.addEventListener('message', ({ data }) => addTick(list, data, performance.now() - start))
  source.addEventListener('bye', ({ data }) => end(data))
  // It would come back by itself; here a clock that is lost stays lost.
  source.addEventListener('error', () => end('The connection was lost.'))
  stop.addEventListener('click', () => end(describeRest()), { once: true })
  return promise
}

function addTick(list, text, at) {
  const item = list.appendChild(document.createElement('li'))
  for (const part of [text, `+${formatTime(at)}`]) {
    item.appendChild(document.createElement('span')).textContent = part
  }
  while (list.children.length > 6) list.firstElementChild.remove()
}

// The server hears of the departure a moment after this page has told it.
async function describeRest() {
  await new Promise((resolve) => setTimeout(resolve, 150))
  const vitals = await readVitals().catch(() => undefined)
  return vitals ? `You left. Clocks that still run on the server: ${vitals.clocks}.` : 'You left.'
}
