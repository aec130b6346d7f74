import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawBoard, wrap } from './draw-board.ts'
import type { Row, Scoreboard } from './scoreboard.ts'

const row: Row = {
  name: 'one',
  title: 'One & <two>',
  group: 'Go',
  versions: { One: '1.0' },
  when: '2026-11-21T10:00:00Z',
  cases: [
    { guarantee: 'G1', name: 'g1-waiting', kind: 'kept', figure: '0.4 ms', evidence: [] },
    {
      guarantee: 'G4',
      name: 'g4-cut',
      kind: 'broken',
      figure: 'complete body after failure',
      evidence: ['<b>'],
    },
    { guarantee: 'G4', name: 'g4-http10', kind: 'kept', figure: 'cut', evidence: [] },
  ],
}

test('drawBoard shows a mark and a figure where a row and a guarantee meet', () => {
  const svg = drawBoard({ machine: 'one', rows: [row] })
  expect(svg).toContain('>✓</text>')
  expect(svg).toContain('>0.4 ms</text>')
  expect(svg).toContain('>✗ 1/2</text>')
  expect(svg).toContain('<title>complete body after failure</title>')
  expect(svg).toContain('One &amp; &lt;two>: 1')
  expect(svg.match(/>–<\/text>/g)).toHaveLength(12)
})

test('drawBoard says in its row that a peer could not be asked', () => {
  const svg = drawBoard({ machine: 'one', rows: [{ ...row, cases: [], missing: 'go is missing' }] })
  expect(svg).toContain('>could not be asked</text>')
})

test('drawBoard needs nothing from outside', () => {
  const svg = drawBoard({ machine: 'one', rows: [row] })
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|@import|url\(/)
})

test('wrap breaks between words, into two even lines that fit', () => {
  expect(wrap('0.4 ms')).toEqual(['0.4 ms'])
  expect(wrap('all at 2412 ms')).toEqual(['all at 2412 ms'])
  expect(wrap('half-closed: 1 of 4')).toEqual(['half-closed:', '1 of 4'])
  expect(wrap('not within 11 s')).toEqual(['not within', '11 s'])
  expect(wrap('complete body after failure')).toEqual(['complete body', 'after failure'])
  expect(wrap('Internal-Server-Error-and-more-of-it')).toEqual(['Internal-Serve', 'r-Error-and-m…'])
})

test('drawBoard is what docs/scoreboard.svg shows: npm run scoreboard -- --draw', () => {
  const board: Scoreboard = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8'))
  const file = join(import.meta.dirname, '..', 'docs', 'scoreboard.svg')
  expect(readFileSync(file, 'utf8')).toBe(drawBoard(board))
})
