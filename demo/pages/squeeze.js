import { formatTime, readBlocks } from './read-blocks.js'

const encodings = ['identity', 'gzip', 'br', 'zstd']

// What the width of a track stands for, in milliseconds: as long as 60 records take.
const span = 5000

/** Runs a lane for each encoding, all at once; what is over is squeezed to what went over the wire. */
export function squeeze(panel) {
  const button = panel.querySelector('[data-do=run]')
  const note = panel.querySelector('.note')
  const lanes = encodings.map((encoding) => new Lane(encoding))
  panel.querySelector('.lanes').replaceChildren(...lanes.map(({ element }) => element))
  button.addEventListener('click', async () => {
    button.disabled = true
    note.textContent = ''
    try {
      const sizes = await Promise.all(lanes.map((lane) => lane.run()))
      for (const lane of lanes) lane.squeeze(Math.max(...sizes))
      note.textContent = 'Each lane is as wide now as its bytes on the wire.'
    } catch (error) {
      note.textContent = `The request failed: ${error.message}`
    }
    button.disabled = false
  })
}

/** The records of one encoding, each where it came. */
class Lane {
  element = document.createElement('div')
  #encoding
  #told
  #size
  #flow
  #bytes = 0
  #delays = []
  #isTaken = true

  constructor(encoding) {
    this.#encoding = encoding
    this.element.className = 'lane squeeze'
    const name = this.#add(this.element, 'p', 'name')
    this.#add(name, 'b').textContent = encoding
    this.#told = this.#add(name, 'span', 'told')
    this.#size = this.#add(name, 'span', 'size')
    this.#flow = this.#add(this.#add(this.element, 'div', 'track'), 'div', 'flow')
  }

  /** Reads all records, and resolves with the bytes that the body has taken on the wire. */
  async run() {
    this.#flow.replaceChildren()
    this.#flow.style.width = ''
    this.#size.textContent = ''
    this.#delays = []
    const path = `/compressed?encoding=${this.#encoding}&race=${Date.now()}`
    const measured = measure(new URL(path, location.href).href)
    const { response, headAt, blocks } = await readBlocks(path)
    if (!response.ok) throw new Error(await response.text())
    this.#isTaken = (response.headers.get('content-encoding') ?? 'identity') === this.#encoding
    for await (const { city, at } of recordsOf(blocks)) this.#show(city, at - headAt)
    this.#bytes = await measured
    return this.#bytes
  }

  /** Shows what the body has taken, beside the largest one. */
  squeeze(most) {
    const share = most === 0 ? 1 : this.#bytes / most
    this.#flow.style.width = `${share * 100}%`
    this.#size.textContent = `${this.#bytes.toLocaleString('en')} bytes, ${Math.round(share * 100)} %`
    this.#told.textContent = this.#isTaken
      ? describe(this.#delays.toSorted((one, other) => one - other))
      : 'not taken by your browser here, and so sent as it is'
  }

  #show({ name, country, sentAt }, at) {
    // The demo listens for this machine only, so both clocks are one.
    this.#delays.push(Date.now() - sentAt)
    this.#told.textContent = `${name}, ${country}`
    this.#add(this.#flow, 'span').style.left = `${Math.min(at / span, 1) * 100}%`
  }

  #add(parent, tag, className = '') {
    const element = parent.appendChild(document.createElement(tag))
    element.className = className
    return element
  }
}

function describe(delays) {
  const middle = delays[Math.floor(delays.length / 2)]
  const times = [middle, delays.at(-1)].map((delay) => formatTime(Math.max(delay, 1)))
  return `${delays.length} records: half in ${times[0]}, all in ${times[1]}`
}

async function* recordsOf(blocks) {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const { bytes, at } of blocks) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop()
    for (const line of lines) yield { city: JSON.parse(line), at }
  }
}

// A script is given the bytes decoded; how many there were before that, the browser tells when the reply is over.
function measure(address) {
  const { promise, resolve } = Promise.withResolvers()
  const observer = new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName(address)
    if (!entry) return
    observer.disconnect()
    resolve(entry.encodedBodySize)
  })
  observer.observe({ type: 'resource' })
  return promise
}
