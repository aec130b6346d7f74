import { toCurl } from './curl-lines.js'
import { readBlocks } from './read-blocks.js'

/** Draws a bar for each record, when its line is there. */
export function records(form) {
  const draw = async () => {
    const country = form.elements.country.value
    const path = `/cities.ndjson?${country && `country=${country}&`}order=-population&limit=8`
    toCurl(form.querySelector('.curl'), `curl {${path}}`)
    const list = form.querySelector('.bars')
    list.replaceChildren()
    try {
      for await (const city of readRecords(path)) addBar(list, city)
    } catch (error) {
      list.textContent = `The request failed: ${error.message}`
    }
  }
  form.addEventListener('submit', (event) => event.preventDefault())
  form.elements.country.addEventListener('change', draw)
  return draw()
}

async function* readRecords(path) {
  const decoder = new TextDecoder()
  const { blocks } = await readBlocks(path)
  let rest = ''
  for await (const { bytes } of blocks) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop()
    for (const line of lines) yield JSON.parse(line)
  }
}

function addBar(list, { name, population }) {
  const item = list.appendChild(document.createElement('li'))
  list.dataset.most = list.children.length === 1 ? population : list.dataset.most
  const [place, space, people] = ['place', 'space', 'people'].map((part) => {
    const element = item.appendChild(document.createElement('span'))
    element.className = part
    return element
  })
  place.textContent = name
  people.textContent = population.toLocaleString('en')
  const bar = space.appendChild(document.createElement('div'))
  bar.className = 'bar'
  bar.style.width = `${(population / list.dataset.most) * 100}%`
}
