import { expect, it } from 'vitest'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { drawList } from './draw-list.ts'

it('drawList puts each sentence behind a point', () => {
  const style = toTerminalStyle({ columns: 25 })
  expect(drawList('Why', ['the head came only with the first block', 'it ended'], style)).toEqual([
    '',
    '  Why',
    '  • the head came only',
    '    with the first block',
    '  • it ended',
  ])
  expect(drawList('Why', [], style)).toEqual([])
})
