import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guarantees } from '../src/conformance/conformance-cases.ts'
import { formatPage } from './format-page.ts'
import { peers } from './peers/peers.ts'
import type { Row, Scoreboard } from './scoreboard.ts'

const row: Row = {
  name: 'fastify',
  title: 'Fastify',
  group: 'Node.js',
  versions: { fastify: '5.12.8', 'Node.js': '26.10.0' },
  when: '2026-11-21T10:00:00Z',
  cases: [
    { guarantee: 'G1', name: 'g1-waiting', kind: 'kept', figure: '0.4 ms', evidence: [] },
    {
      guarantee: 'G4',
      name: 'g4-cut',
      kind: 'broken',
      figure: 'a | b',
      evidence: ['It sent <b>, *not* `this`\n'],
    },
    { guarantee: 'G4', name: 'g4-http10', kind: 'kept', figure: 'cut', evidence: [] },
  ],
}

/** The cells of a table's row, by the name in bold that it begins with, below a heading. */
function cellsOf(page: string, heading: string, title: string): string[] {
  const section = page.split('\n## ').find((one) => one.startsWith(`${heading}\n`)) ?? ''
  const line = section.split('\n').find((one) => one.startsWith(`| **${title}** |`)) ?? ''
  return line
    .split(/(?<!\\) \| /)
    .slice(1)
    .map((cell) => cell.replace(/ \|$/, ''))
}

describe('formatPage', () => {
  const page = formatPage({ machine: '2 × Some processor, 4 GiB', rows: [row] }, peers)

  test('puts mark, figure and what was kept into the cell of a row and a guarantee', () => {
    const cells = cellsOf(page, 'On Node.js', 'Fastify')
    expect(cells).toHaveLength(guarantees.length)
    expect([cells[0], cells[1], cells[3]]).toEqual(['✓ 0.4 ms', '–', '✗ cut: a \\| b (1 of 2)'])
  })

  test('shows the evidence of what was not kept, as text', () => {
    expect(page).toContain('<summary>Fastify: 1 of 3 cases</summary>')
    expect(page).toContain('* G4 `g4-cut`: **a \\| b**. It sent &lt;b>, \\*not\\* \\`this\\` ')
  })

  test('names versions, the file of endpoints and the pages of the documentation', () => {
    expect(page).toContain(
      '| Fastify | fastify 5.12.8, Node.js 26.10.0 | [node/fastify.ts](../scoreboard/servers/',
    )
    expect(page).toContain('(https://fastify.dev/docs/latest/Reference/Reply/#streams)')
    expect(page).toContain('Seen on 2026-11-21, on 2 × Some processor, 4 GiB.')
  })

  test('says what keeps a peer out', () => {
    const missing = { ...row, cases: [], versions: {}, missing: 'fastify is not installed' }
    const without = formatPage({ machine: 'one', rows: [missing] }, peers)
    expect(without).toContain('**Fastify** could not be asked: fastify is not installed')
  })
})

describe('docs/scoreboard.md', () => {
  const board: Scoreboard = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8'))
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'scoreboard.md'), 'utf8')

  test('is what formatPage makes of results.json: npm run scoreboard -- --draw', () => {
    expect(page).toBe(formatPage(board, peers))
  })

  test('has each peer and each guarantee, and nobody else', () => {
    expect(board.rows.map(({ name }) => name)).toEqual(peers.map(({ name }) => name))
    const headings = { millrace: 'millrace', 'Node.js': 'On Node.js', Go: 'On Go', Python: 'On Python' }
    const isComplete = ({ group, title }: (typeof peers)[number]) => {
      const heading = group === 'behind nginx' ? 'Behind nginx' : headings[group]
      const cells = cellsOf(page, heading, title)
      return cells.length === guarantees.length && cells.every((cell) => /^[✓✗?] \S|^–$/.test(cell))
    }
    expect(peers.filter((peer) => !isComplete(peer)).map(({ name }) => name)).toEqual([])
  })
})
