import { formatBytes, formatTime, readBlocks } from './read-blocks.js'

/** Times the page of all cities: its head, its first city, its end. */
export function pageStages(panel) {
  const button = panel.querySelector('[data-do=run]')
  const note = panel.querySelector('.note')
  button.addEventListener('click', async () => {
    button.disabled = true
    note.textContent = ''
    try {
      await time(panel)
    } catch (error) {
      note.textContent = `The page failed: ${error.message}`
    }
    button.disabled = false
  })
}

async function time(panel) {
  for (const stage of panel.querySelectorAll('b[data-stage]')) stage.textContent = '–'
  const decoder = new TextDecoder()
  const { blocks } = await readBlocks('/cities')
  let size = 0
  let last = 0
  let hasCity = false
  for await (const { bytes, at } of blocks) {
    if (size === 0) tell(panel, 'head', formatTime(at))
    if (!hasCity && decoder.decode(bytes, { stream: true }).includes('scope="row"')) {
      hasCity = true
      tell(panel, 'first', formatTime(at))
    }
    size += bytes.length
    last = at
    tell(panel, 'size', `last city, ${formatBytes(size)}`)
  }
  tell(panel, 'last', formatTime(last))
}

function tell(panel, stage, text) {
  panel.querySelector(`[data-stage=${stage}]`).textContent = text
}
