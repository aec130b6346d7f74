import { readBlocks } from './read-blocks.js'

/** Fetches the reply that fails, and tells what the client is told. */
export function broken(panel) {
  const meter = panel.querySelector('.meter')
  const verdict = panel.querySelector('.verdict')
  panel.querySelector('[data-do=run]').addEventListener('click', async () => {
    meter.classList.remove('cut')
    let rows = -1
    try {
      const { blocks } = await readBlocks('/broken')
      for await (const { bytes } of blocks) {
        rows += new TextDecoder().decode(bytes).split('\n').length - 1
        meter.firstElementChild.style.width = `${rows / 16}%`
      }
      verdict.textContent = `The reply ended after ${rows} rows as if it were whole. This should not happen.`
    } catch (error) {
      meter.classList.add('cut')
      const reason = document.createElement('b')
      reason.textContent = `${error.name}: ${error.message}`
      verdict.replaceChildren(
        `${Math.max(rows, 0).toLocaleString('en')} rows arrived, then reading was rejected with `,
        reason,
        '.',
      )
    }
  })
}
