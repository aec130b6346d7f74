/** Writes a line for the terminal; a path in braces becomes an address, quoted where a shell needs it. */
export function toCurl(line, template) {
  const command = template.replace(/\{([^}]*)\}/, (_, path) => {
    const address = location.origin + path
    return /[?&]/.test(address) ? `'${address}'` : address
  })
  line.querySelector('code').textContent = command
}

/** Fills every line of the page and gives it a button that copies it. */
export function curlLines(lines) {
  for (const line of lines) {
    const code = document.createElement('code')
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Copy'
    line.append(code, button)
    toCurl(line, line.dataset.curl)
    button.addEventListener('click', () => copy(code, button))
  }
}

async function copy(code, button) {
  try {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = 'Copied'
  } catch {
    // Without the right to write to the clipboard, the line is marked for the keyboard.
    getSelection().selectAllChildren(code)
    button.textContent = 'Press Ctrl+C'
  }
  setTimeout(() => (button.textContent = 'Copy'), 1_600)
}
