import { readVitals } from './vitals.js'

/** Shows the moving picture until it is told to leave; the last picture stays. */
export function night(panel) {
  const picture = panel.querySelector('img')
  const start = panel.querySelector('[data-do=start]')
  const stop = panel.querySelector('[data-do=stop]')
  const note = panel.querySelector('.note')
  const setRunning = (isRunning) => {
    start.disabled = isRunning
    stop.disabled = !isRunning
  }
  start.addEventListener('click', () => {
    setRunning(true)
    note.textContent = ''
    // Another address each time: the browser is not to look for it among what it has.
    picture.src = `/night?${Date.now()}`
  })
  stop.addEventListener('click', async () => {
    setRunning(false)
    keepLast(picture)
    note.textContent = await describeRest()
  })
  picture.addEventListener('error', () => {
    setRunning(false)
    note.textContent = 'The connection was lost.'
  })
}

function keepLast(picture) {
  const canvas = document.createElement('canvas')
  canvas.width = picture.naturalWidth
  canvas.height = picture.naturalHeight
  canvas.getContext('2d').drawImage(picture, 0, 0)
  picture.src = canvas.toDataURL()
}

// The server hears of the departure a moment after this page has told it.
async function describeRest() {
  await new Promise((resolve) => setTimeout(resolve, 150))
  const vitals = await readVitals().catch(() => undefined)
  return vitals ? `You left. Moving pictures that the server still draws: ${vitals.nights}.` : 'You left.'
}
