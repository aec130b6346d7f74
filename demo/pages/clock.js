import { formatTime, readBlocks } from './read-blocks.js'
import { readVitals } from './vitals.js'

/** Watches the clock until it is told to leave. */
export function clock(panel) {
  const start = panel.querySelector('[data-do=start]')
  const stop = panel.querySelector('[data-do=stop]')
  const note = panel.querySelector('.note')
  start.addEventListener('click', async () => {
    const controller = new AbortController()
    stop.addEventListener('click', () => controller.abort(), { once: true })
    start.disabled = true
    stop.disabled = false
    note.textContent = ''
    note.textContent = await watch(panel.querySelector('.ticks'), controller.signal)
    start.disabled = false
    stop.disabled = true
  })
}

async function watch(list, signal) {
  list.replaceChildren()
  try {
    const { blocks } = await readBlocks('/clock', { signal })
    for await (const { bytes, at } of blocks) addTick(list, new TextDecoder().decode(bytes).trim(), at)
    return 'The server has ended it.'
  } catch {
    return signal.aborted ? describeRest() : 'The connection was lost.'
  }
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
