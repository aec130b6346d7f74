import { formatBytes, readBlocks } from './read-blocks.js'

const head = [0x50, 0x4b, 0x03, 0x04]

/** Reads the archive as it comes, and names each file when its head is there. */
export function archive(panel) {
  const start = panel.querySelector('[data-do=start]')
  const stop = panel.querySelector('[data-do=stop]')
  const note = panel.querySelector('.note')
  start.addEventListener('click', async () => {
    const controller = new AbortController()
    stop.addEventListener('click', () => controller.abort(), { once: true })
    start.disabled = true
    stop.disabled = false
    try {
      note.textContent = await watch(panel, controller.signal)
    } catch (error) {
      note.textContent = controller.signal.aborted ? 'You left, and the cursor was closed.' : error.message
    }
    start.disabled = false
    stop.disabled = true
  })
}

async function watch(panel, signal) {
  const list = panel.querySelector('.files')
  list.replaceChildren()
  const names = new NameReader()
  let size = 0
  let count = 0
  const { blocks } = await readBlocks('/cities.zip', { signal })
  for await (const { bytes, at } of blocks) {
    size += bytes.length
    for (const name of names.read(bytes)) {
      count++
      addName(list, name, at)
    }
    tell(panel, { files: count, bytes: formatBytes(size), time: `${(at / 1000).toFixed(1)} s` })
    // A person is to see the names come; the server waits meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  return 'That was the whole archive: each file was made while it was sent.'
}

function tell(panel, facts) {
  for (const [name, fact] of Object.entries(facts)) {
    panel.querySelector(`[data-fact=${name}]`).textContent = fact.toLocaleString('en')
  }
}

function addName(list, name, at) {
  const item = list.appendChild(document.createElement('li'))
  for (const part of [name, `+${Math.round(at).toLocaleString('en')} ms`]) {
    item.appendChild(document.createElement('span')).textContent = part
  }
  while (list.children.length > 8) list.firstElementChild.remove()
}

/** Finds the heads of files in an archive that comes in pieces; the files here are text, which holds no such head. */
class NameReader {
  #rest = new Uint8Array(0)

  /** The names that have come whole with these bytes. */
  read(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length)
    all.set(this.#rest)
    all.set(bytes, this.#rest.length)
    const view = new DataView(all.buffer)
    const names = []
    let at = all.indexOf(head[0])
    while (at >= 0) {
      const isHead = head.every((byte, index) => at + index >= all.length || all[at + index] === byte)
      const end = at + 30 <= all.length ? at + 30 + view.getUint16(at + 26, true) : Infinity
      if (isHead && end > all.length) break
      if (isHead) names.push(new TextDecoder().decode(all.subarray(at + 30, end)))
      at = all.indexOf(head[0], at + 1)
    }
    this.#rest = at < 0 ? new Uint8Array(0) : all.slice(at)
    return names
  }
}
