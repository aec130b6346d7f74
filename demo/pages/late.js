import { readBlocks } from './read-blocks.js'

/** Shows a document as its text comes, and asks after each block whether it is JSON yet. */
export function late(panel) {
  const button = panel.querySelector('[data-do=run]')
  const verdict = panel.querySelector('.verdict')
  button.addEventListener('click', async () => {
    button.disabled = true
    try {
      await watch(panel.querySelector('.answer code'), verdict)
    } catch (error) {
      verdict.textContent = `The request failed: ${error.message}`
    }
    button.disabled = false
  })
}

async function watch(code, verdict) {
  code.textContent = ''
  const decoder = new TextDecoder()
  const { blocks } = await readBlocks('/late.json')
  for await (const { bytes, at } of blocks) {
    code.textContent += decoder.decode(bytes, { stream: true })
    code.parentElement.scrollTop = code.parentElement.scrollHeight
    verdict.textContent = isJson(code.textContent)
      ? `JSON, whole and valid, after ${(at / 1000).toFixed(1)} s. Cut anywhere before that, it would not be.`
      : 'Not JSON yet …'
  }
}

function isJson(text) {
  try {
    JSON.parse(text)
    return true
  } catch {
    // It is what this page waits for to change.
    return false
  }
}
