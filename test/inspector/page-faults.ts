// What is asked of a page in the browser, as text for `page.evaluate`.

/** Finds what a checker of accessibility would: names that are missing, ids that are not there or there twice. */
export const findFaults = `(() => {
  const faults = []
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push('twice: ' + id)
  for (const element of document.querySelectorAll('[aria-labelledby]')) {
    const named = document.getElementById(element.getAttribute('aria-labelledby'))
    if (!named || named.textContent.trim() === '') faults.push('no name: ' + element.outerHTML.slice(0, 80))
  }
  for (const button of document.querySelectorAll('button, summary')) {
    if (button.textContent.trim() === '') faults.push('no name: ' + button.outerHTML.slice(0, 80))
  }
  for (const input of document.querySelectorAll('input')) {
    if (input.labels.length === 0) faults.push('no label: ' + input.outerHTML.slice(0, 80))
  }
  if (document.documentElement.lang === '') faults.push('no language')
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1')
  return faults
})()`

/** Finds texts with less contrast than WCAG 2.2 §1.4.3 asks for, over the first ground that is not transparent. */
export const findPale = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const toPixel = (colour) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const light = (colour) => toPixel(colour).slice(0, 3)
    .map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
  const groundOf = (element) => {
    const { backgroundColor } = getComputedStyle(element)
    return toPixel(backgroundColor)[3] > 0 ? backgroundColor : groundOf(element.parentElement)
  }
  const pale = []
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    if (!hasText || !element.checkVisibility()) continue
    const [darker, brighter] = [light(getComputedStyle(element).color), light(groundOf(element))].sort((a, b) => a - b)
    const ratio = (brighter + 0.05) / (darker + 0.05)
    if (ratio < 4.5) pale.push(element.textContent.trim() + ': ' + ratio.toFixed(2))
  }
  return pale
})()`
