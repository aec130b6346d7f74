import { toCurl } from './curl-lines.js'
import { toDataUrl } from './data-url.js'
import { formatTime, readBlocks } from './read-blocks.js'

/** Asks for a country, and shows each of its parts when the boundary that ends it is there. */
export function parts(form) {
  const note = form.querySelector('.note')
  const button = form.querySelector('.controls button')
  const pathOf = () => `/country?country=${form.elements.country.value}`
  form.addEventListener('input', () => toCurl(form.querySelector('.curl'), `curl -N {${pathOf()}}`))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    note.textContent = ''
    for (const slot of form.querySelectorAll('[data-part]')) slot.classList.remove('there')
    try {
      note.textContent = await take(form, pathOf())
    } catch (error) {
      note.textContent = `The request failed: ${error.message}`
    }
    button.disabled = false
  })
}

async function take(form, path) {
  const { response, blocks } = await readBlocks(path)
  if (!response.ok) throw new Error(await response.text())
  const [, boundary] = /boundary="?([^";]+)/.exec(response.headers.get('content-type'))
  let count = 0
  for await (const { type, body, at } of partsOf(blocks, boundary)) {
    count++
    const slot = form.querySelector(`[data-part="${type}"]`)
    await show[type](slot.querySelector('.content'), body)
    slot.querySelector('.when').textContent = `+${formatTime(at)}`
    slot.classList.add('there')
  }
  return `${count} parts, one request, one cursor.`
}

const show = {
  'application/json': (content, body) => {
    const { country, cities, people } = JSON.parse(body)
    const name = document.createElement('b')
    name.textContent = country
    const counts = `${cities.toLocaleString('en')} cities, ${people.toLocaleString('en')} people in them`
    content.replaceChildren(name, counts)
  },
  'image/svg+xml': async (content, body) => {
    const picture = new Image()
    picture.alt = 'The country, as its cities draw it'
    picture.src = await toDataUrl(body, 'image/svg+xml')
    await picture.decode()
    content.replaceChildren(picture)
  },
  'text/csv': (content, body) => {
    const [, ...lines] = body.trimEnd().split('\r\n')
    content.replaceChildren(...lines.map((line) => toRow(toFields(line))))
  },
}

// Two fields, of which the second is a number; the first may stand in quotes.
function toFields(line) {
  const [, name, population] = /^(.*),(\d+)$/.exec(line)
  return [name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name, Number(population)]
}

function toRow([name, population]) {
  const row = document.createElement('tr')
  const place = row.appendChild(document.createElement('th'))
  place.scope = 'row'
  place.textContent = name
  row.appendChild(document.createElement('td')).textContent = population.toLocaleString('en')
  return row
}

// What stands between two boundaries, when the second one is there; the parts here are text.
async function* partsOf(blocks, boundary) {
  const decoder = new TextDecoder()
  let rest = '\r\n'
  for await (const { bytes, at } of blocks) {
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split(`\r\n--${boundary}`)
    rest = pieces.pop()
    for (const piece of pieces) if (piece) yield { ...toPart(piece), at }
  }
}

function toPart(text) {
  const end = text.indexOf('\r\n\r\n')
  const [, type] = /^content-type: ([^;\r]+)/im.exec(text.slice(0, end))
  return { type, body: text.slice(end + 4) }
}
