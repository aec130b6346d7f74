import { describe, expect, it } from 'vitest'
import { checkNames } from './check-names.ts'

const check = (tree: Record<string, string>) => checkNames(new Map(Object.entries(tree)))

/** A source file with the test that it must have. */
const tested = (path: string, text: string) => check({ [path]: text, [path.replace('.ts', '.test.ts')]: '' })

describe('checkNames', () => {
  it('accepts a file that is named after its export and has its test beside it', () => {
    expect(tested('src/body/to-blocks.ts', 'export function toBlocks() {}')).toEqual([])
    expect(tested('src/formats/ndjson.ts', 'export const formatNdjson = 1')).toEqual([])
    expect(tested('src/body/block.ts', 'export class Block {}\nexport const empty = [] as const')).toEqual([])
  })

  it('accepts types without a test, and a file that a test of its folder imports', () => {
    expect(check({ 'src/gateway/handler.ts': 'export type Handler = () => void' })).toEqual([])
    const problems = check({
      'src/body/chain.ts': 'export const chain = 1',
      'src/body/blocks.test.ts': `import { chain } from './chain.ts'`,
    })
    expect(problems).toEqual([])
  })

  it('accepts a re-export in index.ts', () => {
    expect(check({ 'src/body/index.ts': `export { a, type B } from './a.ts'` })).toEqual([])
  })

  it.each([
    ['another name', 'src/body/other.ts', 'export const toBlocks = 1', 'name of the file'],
    ['not kebab-case', 'src/body/toBlocks.ts', 'export const toBlocks = 1', 'kebab-case'],
    ['a grab-bag file', 'src/body/utils.ts', 'export const utils = 1', 'no file is called utils'],
    ['a grab-bag folder', 'src/helpers/a.ts', 'export const a = 1', 'no folder is called helpers'],
    ['400 lines', 'src/body/a.ts', `export const a = 1${'\n'.repeat(401)}`, 'has 401 lines'],
    ['a re-export', 'src/body/a.ts', `export { a } from './b.ts'`, 're-exports a'],
    ['a re-export in two steps', 'src/body/a.ts', `import { a } from './b.ts'\nexport { a }`, 're-exports a'],
    ['any', 'src/body/a.ts', 'export const a: any = 1', 'with any'],
    ['as', 'src/body/a.ts', 'export const a = {} as string', 'with as'],
    ['!', 'src/body/a.ts', 'export const a = [1][0]!', 'with !'],
    ['<type>', 'src/body/a.ts', 'export const a = <string>b', 'with <type>'],
    ['@ts-ignore', 'src/body/a.ts', '// @ts-ignore\nexport const a = 1', 'with @ts-ignore'],
    ['@ts-expect-error', 'src/body/a.ts', '/* @ts-expect-error: why */\nexport const a = 1', 'with @ts-exp'],
  ])('refuses: %s', (_, path, text, message) => {
    const problems = tested(path, text)
    expect(problems[0]).toContain(message)
    for (const problem of problems) expect(problem).toContain(path.replace('.ts', ''))
  })

  it('refuses `export *`, even at a door', () => {
    expect(check({ 'src/body/index.ts': `export * from './a.ts'` })[0]).toContain('not with *')
  })

  it('accepts one assertion in a file of adapters, and refuses the second', () => {
    expect(tested('src/adapters/a.ts', 'export const a = {} as string')).toEqual([])
    expect(tested('src/adapters/a.ts', 'export const a = {} as unknown as string')).toHaveLength(2)
  })

  it('refuses a file without a test', () => {
    expect(check({ 'src/body/a.ts': 'export const a = 1' })[0]).toContain('has no test beside it')
    const other = { 'src/reply/a.test.ts': `import { a } from '../body/a.ts'` }
    expect(check({ 'src/body/a.ts': 'export const a = 1', ...other })[0]).toContain('has no test beside it')
  })

  it('refuses an eleventh file in a folder, tests and index.ts not counted', () => {
    const names = Array.from({ length: 11 }, (_, index) => `a${index}`)
    const tree = Object.fromEntries(
      names.map((name) => [`src/body/${name}.ts`, `export type ${name} = string`]),
    )
    expect(check(tree)[0]).toContain('src/body: has 11 files')
    expect(check({ ...tree, 'src/body/a10.ts': '', 'src/body/index.ts': '' })).toHaveLength(2)
    const { 'src/body/a10.ts': _, ...ten } = tree
    expect(check({ ...ten, 'src/body/index.ts': '', 'src/body/a0.test.ts': '' })).toEqual([])
  })
})
