import { expect, it } from 'vitest'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { drawVerdict } from './draw-verdict.ts'

it('drawVerdict says by sign and by colour whether it is good', () => {
  const style = toTerminalStyle({ columns: 60, environment: { FORCE_COLOR: '1' } })
  expect(drawVerdict({ line: 'Streamed', isGood: true }, style).join('')).toContain('\u001B[32m✔ Streamed')
  expect(drawVerdict({ line: 'Held', isGood: false }, style).join('')).toContain('\u001B[31m✖ Held')
})

it('drawVerdict breaks a long line, and indents the rest', () => {
  const style = toTerminalStyle({ columns: 21, environment: { TERM: 'linux' } })
  expect(drawVerdict({ line: 'Cut off after 45 bytes', isGood: false }, style)).toEqual([
    '  !! Cut off after',
    '    45 bytes',
  ])
})
