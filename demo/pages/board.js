import { formatTime } from './read-blocks.js'

const columns = 36
const rows = 14
// How long a tile stays bright, in milliseconds.
const fading = 9_000
// An event that was on its way for longer than this was replayed.
const late = 300

const colour = (hue, lightness, strength) => `hsl(${hue} 62% ${lightness}% / ${strength})`
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches

/** Shows the board, and paints on it. Every window paints in a hue of its own. */
export function board(panel) {
  const tiles = createTiles(panel.querySelector('.board'))
  const own = 20 + Math.floor(Math.random() * 60)
  const view = new View(panel, tiles)
  let isPainting = false
  const paint = ({ target }) => {
    const index = tiles.indexOf(target)
    if (index >= 0 && view.isThere) void send(index % columns, Math.floor(index / columns), own)
  }
  const { parentElement: grid } = tiles[0]
  grid.addEventListener('pointerdown', (event) => {
    isPainting = true
    paint(event)
  })
  grid.addEventListener('pointerover', (event) => isPainting && paint(event))
  addEventListener('pointerup', () => (isPainting = false))
  panel.querySelector('[data-do=leave]').addEventListener('click', () => view.leave())
  panel.querySelector('[data-do=return]').addEventListener('click', () => view.come())
  // Nobody watches a panel that is out of sight: its connection is one that other windows may need.
  new IntersectionObserver(([{ isIntersecting }]) => view.show(isIntersecting)).observe(grid)
}

function createTiles(grid) {
  const tiles = Array.from({ length: columns * rows }, () => document.createElement('span'))
  grid.append(...tiles)
  return tiles
}

async function send(x, y, hue) {
  try {
    await fetch(`/board?x=${x}&y=${y}&hue=${hue}`, { method: 'POST' })
  } catch {
    // The stream tells that the connection is gone.
  }
}

class View {
  #tiles
  #panel
  #source
  #place
  #hasLeft = false
  #seen = 0
  #replayed = 0
  // What the clocks of the server and of this machine differ by, and the way takes at least.
  #least = Infinity

  constructor(panel, tiles) {
    this.#panel = panel
    this.#tiles = tiles
  }

  get isThere() {
    return this.#source !== undefined
  }

  show(isShown) {
    if (this.#hasLeft) return
    if (isShown) this.#open()
    else this.#close()
  }

  leave() {
    this.#hasLeft = true
    this.#close()
    this.#tell('You have left. The board goes on without you.')
    this.#update()
  }

  come() {
    this.#hasLeft = false
    this.#replayed = 0
    this.#open()
    this.#tell('')
    this.#update()
  }

  #open() {
    if (this.#source) return
    // An EventSource that is made anew has no place; one that loses its connection tells it by itself.
    const after = this.#place === undefined ? '' : `?after=${encodeURIComponent(this.#place)}`
    const source = new EventSource(`/board${after}`)
    source.addEventListener('tile', (event) => this.#take(event))
    source.addEventListener('reset', (event) => this.#reset(event))
    source.addEventListener('bye', () => this.#end())
    source.addEventListener('open', () => this.#tell(''))
    source.addEventListener('error', () =>
      this.#tell('The connection is lost. The browser comes back by itself.'),
    )
    this.#source = source
  }

  #close() {
    this.#source?.close()
    this.#source = undefined
  }

  #take({ data, lastEventId }) {
    const { x, y, hue, at, watching } = JSON.parse(data)
    const isFirst = this.#place === undefined || this.#seen === 0
    this.#place = lastEventId
    this.#least = Math.min(this.#least, Date.now() - at)
    const delay = Date.now() - at - this.#least
    this.#seen++
    if (!isFirst && delay > late) this.#countReplayed()
    this.#paint(this.#tiles[y * columns + x], hue, delay)
    this.#fact('watching', watching)
    this.#fact('seen', this.#seen.toLocaleString('en'))
    this.#fact('delay', delay > late ? 'replayed' : formatTime(delay))
  }

  #countReplayed() {
    this.#replayed++
    this.#fact('replayed', this.#replayed.toLocaleString('en'))
    this.#tell(`${this.#replayed} tiles were painted while you were away: none is missing.`)
  }

  #paint(tile, hue, delay) {
    tile.style.background = colour(hue, 46, 0.16)
    if (isCalm || delay > fading) return
    const bright = { background: colour(hue, 46, 1) }
    tile.animate([bright, { background: colour(hue, 46, 0.16) }], { duration: fading, easing: 'ease-out' })
  }

  #reset({ lastEventId }) {
    this.#place = lastEventId
    for (const tile of this.#tiles) tile.style.background = ''
    this.#tell('You were away for too long, or the server was started again: this is the board as it is now.')
  }

  #end() {
    this.#close()
    this.#tell('The server is closing. Good-bye.')
  }

  #update() {
    this.#panel.querySelector('.board').classList.toggle('away', this.#hasLeft)
    this.#panel.querySelector('[data-do=leave]').disabled = this.#hasLeft
    this.#panel.querySelector('[data-do=return]').disabled = !this.#hasLeft
  }

  #fact(name, text) {
    this.#panel.querySelector(`[data-fact=${name}]`).textContent = text
  }

  #tell(text) {
    this.#panel.querySelector('.note').textContent = text
  }
}
