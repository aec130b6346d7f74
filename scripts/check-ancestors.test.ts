import { describe, expect, it } from 'vitest'
import { findProofs, formatPage, judge, parseDeclined, parseRows } from './check-ancestors.ts'

const table = [
  'id\tsystem\tsource\tlevel\trequirement',
  'PEP-001\tWSGI\tPEP 3333\twire\tBlocks are not delayed.',
  'PEP-002\tWSGI\tPEP 3333\twire\tNor tiny | ones.',
  'DJG-001\tDjango\tdocs\tapi\tText is encoded.',
].join('\n')

const tests = new Map([
  ['test/a.test.ts', "it('G1: a block leaves at once [PEP-001]', () => {})\nit('no id', () => {})"],
  ['src/b.test.ts', "describe('b', () => {\n  it.each([1])('counts %i [PEP-001, DJG-001]', () => {})\n})"],
])

const declined = '| rows | reason |\n|---|---|\n| PEP-002 | because |\n'

describe('check-ancestors', () => {
  it('finds the tests of a row by the ids in their titles, several in one', () => {
    const proofs = findProofs(tests)
    expect(proofs.get('PEP-001')?.map(({ path }) => path)).toEqual(['test/a.test.ts', 'src/b.test.ts'])
    expect([...proofs.keys()]).toEqual(['PEP-001', 'DJG-001'])
  })

  it('tells what is proved, declined and open', () => {
    const rows = parseRows(table)
    const kinds = (...lists: [typeof tests, string]) =>
      [...judge(rows, lists[0], parseDeclined(lists[1])).values()].map(({ kind }) => kind)
    expect(kinds(tests, declined)).toEqual(['proved', 'declined', 'proved'])
    expect(kinds(new Map(), '')).toEqual(['open', 'open', 'open'])
  })

  it('refuses an id that no row has, in a title and in the decision', () => {
    const rows = parseRows(table)
    const wrong = new Map([['src/c.test.ts', "it('x [PEP-999]', () => {})"]])
    expect(() => judge(rows, wrong, new Map())).toThrow('There is no row PEP-999')
    expect(() => judge(rows, new Map(), parseDeclined('| PEP-998 | x |'))).toThrow('There is no row PEP-998')
  })

  it('makes a page with a link to the test, or the reason', () => {
    const rows = parseRows(table)
    const text = formatPage(rows, judge(rows, tests, parseDeclined(declined)))
    expect(text).toContain(
      '| PEP-001 | Blocks are not delayed. | [G1: a block leaves at once](../test/a.test.ts) |',
    )
    expect(text).toContain('| PEP-002 | Nor tiny \\| ones. | declined: because |')
    expect(text).toContain('Proved: 2. Declined: 1. Open: 0.')
  })
})
