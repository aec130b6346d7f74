import { formatTime, readBlocks } from './read-blocks.js'

// What the width of a track stands for, in milliseconds; the axis below the tracks says the same.
const span = 1250

/** Runs two lanes, one after the other: the server has one thread, and each of them keeps it busy. */
export function race(panel) {
  const button = panel.querySelector('[data-do=run]')
  const lanes = [...panel.querySelectorAll('.lane')]
  const run = async () => {
    button.disabled = true
    for (const lane of lanes) lane.querySelector('.track').replaceChildren()
    for (const lane of lanes) await runLane(lane)
    button.disabled = false
  }
  button.addEventListener('click', run)
  return run()
}

async function runLane(lane) {
  const track = lane.querySelector('.track')
  const told = lane.querySelector('.told')
  const bar = track.appendChild(document.createElement('span'))
  bar.className = 'run'
  const start = performance.now()
  let isOver = false
  const grow = () => {
    bar.style.width = toWidth(performance.now() - start)
    if (!isOver) requestAnimationFrame(grow)
  }
  grow()
  try {
    told.textContent = describe(lane, await collectTimes(lane, track))
  } catch (error) {
    told.textContent = `The request failed: ${error.message}`
  }
  isOver = true
}

// The lines say where a block ends: what arrives together in one read is two blocks at the same time.
async function collectTimes(lane, track) {
  const times = []
  const decoder = new TextDecoder()
  const { blocks } = await readBlocks(lane.dataset.lane)
  for await (const { bytes, at } of blocks) {
    const ends = decoder.decode(bytes, { stream: true }).split('\n').length - 1
    for (let block = 0; block < ends; block++) {
      mark(track, at, times.length)
      times.push(at)
    }
  }
  return times
}

function mark(track, at, index) {
  const block = track.appendChild(document.createElement('span'))
  block.className = 'block'
  block.style.left = `calc(${toWidth(at)} + ${index * 8}px)`
  const isLast = index === 1
  if (isLast && track.dataset.first === formatTime(at)) return
  const time = track.appendChild(document.createElement('span'))
  time.className = at > span / 2 ? 'time before' : 'time'
  time.textContent = formatTime(at)
  time.style.left = toWidth(at)
  track.dataset.first = time.textContent
}

function describe(lane, [first, second]) {
  if (lane.classList.contains('held')) {
    return `The same blocks, buffered on purpose: nothing before ${formatTime(first)}, then everything.`
  }
  return `The first block was here ${formatTime(second - first)} before the second one was made.`
}

function toWidth(milliseconds) {
  return `${Math.min(milliseconds / span, 1) * 100}%`
}
