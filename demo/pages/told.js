import { toCurl } from './curl-lines.js'
import { readBlocks } from './read-blocks.js'

/** Fetches records whose source fails, and shows what their last line tells. */
export function told(form) {
  const list = form.querySelector('.files')
  const verdict = form.querySelector('.verdict')
  const button = form.querySelector('.controls button')
  const pathOf = () => `/broken.ndjson?tell=${form.elements.tell.value}`
  form.addEventListener('input', () => toCurl(form.querySelector('.curl'), `curl -N {${pathOf()}}`))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    list.replaceChildren()
    verdict.textContent = 'Reading …'
    verdict.replaceChildren(...(await read(pathOf(), list)))
    button.disabled = false
  })
}

async function read(path, list) {
  const records = []
  try {
    for await (const { record, line, at } of recordsOf(path)) {
      records.push(record)
      addLine(list, { line, at, isError: 'error' in record })
    }
    return ['The reply ended as if it were whole. This should not happen.']
  } catch (error) {
    const reason = document.createElement('b')
    reason.textContent = `${error.name}: ${error.message}`
    return [describe(records, path), ' Then reading was rejected with ', reason, '.']
  }
}

function describe(records, path) {
  const last = records.at(-1)
  if (last && 'error' in last)
    return `${records.length - 1} records, and a last one that tells of the failure.`
  const isSilent = path.endsWith('=nothing')
  if (isSilent) return `${records.length} records.`
  // A browser that hears of the cut throws away what no script has read yet.
  return `${records.length} records; your browser heard of the cut before it had read the last one. Try again.`
}

async function* recordsOf(path) {
  const decoder = new TextDecoder()
  const { blocks } = await readBlocks(path)
  let rest = ''
  for await (const { bytes, at } of blocks) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop()
    for (const line of lines) yield { record: JSON.parse(line), line, at }
  }
}

function addLine(list, { line, at, isError }) {
  const item = list.appendChild(document.createElement('li'))
  item.classList.toggle('error', isError)
  for (const part of [line, `+${Math.round(at).toLocaleString('en')} ms`]) {
    item.appendChild(document.createElement('span')).textContent = part
  }
}
