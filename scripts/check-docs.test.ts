import { describe, expect, it } from 'vitest'
import { checkDocs, checkProofs } from './check-docs.ts'

const numbers = Array.from({ length: 14 }, (_, index) => index + 1)
const contract = numbers.map((number) => `## G${number}. A guarantee\n`).join('\n')
const check = (tree: Record<string, string>) => {
  const pages = new Map(Object.entries({ 'docs/contract.md': contract, ...tree }))
  return checkDocs({ pages, exists: (path) => pages.has(path) || path === 'LICENSE' })
}

describe('checkDocs', () => {
  it('accepts links to files, pages, headings and addresses, and ignores code', () => {
    const text = [
      '# A title, `code` & more',
      '[a](LICENSE) [b](docs/contract.md#g2-a-guarantee) [c](#a-title-code--more) [d](https://example.org/x)',
      '```md',
      '[e](nowhere.md)',
      '```',
      'and `[f](nowhere.md)` too',
    ].join('\n')
    expect(check({ 'README.md': text })).toEqual([])
  })

  it.each([
    ['a missing file', 'README.md', '\n[a](docs/nowhere.md)', 'README.md:2: docs/nowhere.md leads to'],
    [
      'a missing heading',
      'docs/a.md',
      '[a](contract.md#g15)',
      'a heading that docs/contract.md does not have',
    ],
    ['a way out', 'README.md', '[a](../x.md)', 'leads out of the repository'],
    ['a long page', 'README.md', '\n'.repeat(151), 'README.md: has 151 lines'],
    ['a guarantee that is none', 'docs/a.md', 'see G15', 'there is no guarantee G15'],
    ['a change note without a kind', 'changes/a.md', '', 'a change note is called'],
    ['a decision without a number', 'decisions/a.md', '', 'a decision is called'],
  ])('refuses: %s', (_, path, text, message) => {
    expect(check({ [path]: text })).toEqual([expect.stringContaining(message)])
  })

  it('refuses a contract that is missing, incomplete, doubled or out of order', () => {
    expect(checkDocs({ pages: new Map(), exists: () => true })[0]).toContain('docs/contract.md: is missing')
    const without = contract.replace('## G7.', '## Seven.')
    const doubled = `${contract}\n## G3. Again`
    const mixed = contract.replace('## G1.', '## G0.').replace('## G2.', '## G1.').replace('## G0.', '## G2.')
    for (const text of [without, doubled, mixed]) {
      expect(check({ 'docs/contract.md': text })[0]).toContain('it must state G1 to G14')
    }
  })

  it('accepts a contract that is a table', () => {
    const table = numbers.map((number) => `| **G${number}** | **Text.** |`).join('\n')
    expect(check({ 'docs/contract.md': table })).toEqual([])
  })
})

describe('checkProofs', () => {
  const titles = numbers.slice(2, 10).map((number) => `it('G${number} holds', f)`)
  const text = ['describe("a (G1)", f)', 'it.each([1])(`G2: ${x}`, f)', ...titles].join('\n')

  it('accepts tests that name G1 to G10 in titles of any form, or in the name of their file', () => {
    expect(checkProofs(new Map([['src/a.test.ts', text]]))).toEqual([])
    const rest = text.replace(`it('G7 holds', f)`, '')
    expect(checkProofs(new Map([['test/g7-no-body.test.ts', rest]]))).toEqual([])
  })

  it('refuses a guarantee without a test, one named in a comment only, and one that does not exist', () => {
    const rest = text.replace(`it('G7 holds', f)`, `// G7\nit('G77 holds', f)`)
    expect(checkProofs(new Map([['src/a.test.ts', rest]]))).toEqual([
      'G7: no test under src or test has it in its name',
      expect.stringContaining('there is no guarantee G77'),
    ])
  })
})
