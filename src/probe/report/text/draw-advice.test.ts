import { expect, it } from 'vitest'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { drawAdvice } from './draw-advice.ts'

const settings = [
  { setting: 'gzip off;', where: 'in the location', why: 'it holds', source: 'https://nginx.org/' },
]
const style = toTerminalStyle({ columns: 60 })

it('drawAdvice tells the setting, where it goes, why, and who says so', () => {
  expect(drawAdvice([{ server: 'nginx', field: 'server: nginx', settings }], style)).toEqual([
    '',
    '  What usually does it',
    '',
    '  nginx',
    '    gzip off;  in the location',
    '      it holds',
    '      https://nginx.org/',
  ])
})

it('drawAdvice says where it can only guess', () => {
  const lines = drawAdvice([{ server: 'HAProxy', field: undefined, settings }], style)
  expect(lines[1]).toBe('  What usually does it; no field of the reply names the')
  expect(lines[2]).toBe('  proxy')
  expect(drawAdvice([], style)).toEqual([])
})
