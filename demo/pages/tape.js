import { formatBytes, readBlocks } from './read-blocks.js'
import { toDataUrl } from './data-url.js'

const block = 512

/** Unpacks a tape of pictures while it comes, and shows each of them when its last byte is there. */
export function tape(panel) {
  const start = panel.querySelector('[data-do=start]')
  const stop = panel.querySelector('[data-do=stop]')
  const note = panel.querySelector('.note')
  const frames = addFrames(panel.querySelector('.reel'))
  start.addEventListener('click', async () => {
    const controller = new AbortController()
    stop.addEventListener('click', () => controller.abort(), { once: true })
    start.disabled = true
    stop.disabled = false
    note.textContent = ''
    for (const frame of frames) frame.querySelector('img').removeAttribute('src')
    try {
      note.textContent = await wind(panel, { frames, signal: controller.signal })
    } catch (error) {
      note.textContent = controller.signal.aborted
        ? 'You left: the other pictures were never drawn.'
        : `The tape was torn: ${error.message}`
    }
    start.disabled = false
    stop.disabled = true
  })
}

function addFrames(reel) {
  return Array.from({ length: 24 }, () => {
    const frame = reel.appendChild(document.createElement('li'))
    const picture = frame.appendChild(document.createElement('img'))
    picture.alt = ''
    frame.appendChild(document.createElement('span'))
    return frame
  })
}

async function wind(panel, { frames, signal }) {
  const files = new FileReels()
  let size = 0
  let count = 0
  const { blocks } = await readBlocks('/night.tar', { signal })
  for await (const { bytes, at } of blocks) {
    size += bytes.length
    for (const { name, bytes: png } of files.read(bytes)) await show(frames[count++], { name, png })
    tell(panel, { files: count, bytes: formatBytes(size), time: `${(at / 1000).toFixed(1)} s` })
  }
  return 'The whole day: each picture was drawn when the last had left.'
}

async function show(frame, { name, png }) {
  const picture = frame.querySelector('img')
  const hour = name.replace(/^.*\/|\.png$/g, '').replace('.', ':')
  picture.alt = `The earth at ${hour} UTC`
  frame.querySelector('span').textContent = hour
  picture.src = await toDataUrl(png, 'image/png')
}

function tell(panel, facts) {
  for (const [name, fact] of Object.entries(facts))
    panel.querySelector(`[data-fact=${name}]`).textContent = fact
}

/** Finds the files of a tape that comes in pieces: a block with the name and the size, and then the bytes, in blocks. */
class FileReels {
  #rest = new Uint8Array(0)

  /** The files that have come whole with these bytes. */
  read(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length)
    all.set(this.#rest)
    all.set(bytes, this.#rest.length)
    const files = []
    let at = 0
    while (at + block <= all.length) {
      const size = Number.parseInt(this.#text(all, at + 124, 11), 8) || 0
      const end = at + block + Math.ceil(size / block) * block
      if (end > all.length) break
      const name = this.#text(all, at, 100)
      // Two blocks of zeros are the end of the tape.
      if (name) files.push({ name, bytes: all.slice(at + block, at + block + size) })
      at = end
    }
    this.#rest = all.slice(at)
    return files
  }

  #text(all, at, length) {
    return new TextDecoder().decode(all.subarray(at, at + length)).replace(/\0.*$/s, '')
  }
}
