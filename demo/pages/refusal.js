import { toCurl } from './curl-lines.js'

/** Sends a query that may be wrong, and shows the status and the text of the reply. */
export function refusal(form) {
  const answer = form.querySelector('.answer')
  const pathOf = () => `/cities.csv?${new URLSearchParams(form.elements.query.value)}`
  form.addEventListener('input', () => toCurl(form.querySelector('.curl'), `curl -i {${pathOf()}}`))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const status = document.createElement('b')
    try {
      const response = await fetch(pathOf(), { cache: 'no-store' })
      status.textContent = `${response.status} ${response.statusText}\n`
      answer.classList.toggle('fine', response.ok)
      answer.firstElementChild.replaceChildren(status, await readStart(response))
    } catch (error) {
      answer.firstElementChild.textContent = `The request failed: ${error.message}`
    }
  })
}

// A few lines show what it is; the rest is never asked for.
async function readStart(response) {
  const reader = response.body.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  const lines = new TextDecoder().decode(value).split('\n')
  return lines.length > 6 ? `${lines.slice(0, 5).join('\n')}\n…` : lines.join('\n')
}
