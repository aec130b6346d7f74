import { formatTime, readBlocks } from './read-blocks.js'

const encodings = ['identity', 'gzip', 'br', 'zstd']

// What the width of a track stands for, in milliseconds: a little more than 60 records take.
const span = 5400

/** Runs a lane for each encoding, all at once; when they are over, each is squeezed to what went over the wire. */
export function squeeze(panel) {
  const button = panel.querySelector('[data-do=run]')
  const note = panel.querySelector('.note')
  const place = panel.querySelector('.lanes')
  place.replaceChildren(...encodings.map(createLane))
  button.addEventListener('click', async () => {
    button.disabled = true
    note.textContent = ''
    const lanes = encodings.map(createLane)
    place.replaceChildren(...lanes.map(({ element }) => element))
    try {
      note.textContent = conclude(await Promise.all(lanes.map(run)))
    } catch (error) {
      note.textContent = `The request failed: ${error.message}`
    }
    button.disabled = false
  })
}
