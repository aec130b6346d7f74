import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { explainLoadError } from './explain-load-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-error-'))
afterAll(() => rmSync(folder, { recursive: true }))

// Node loads the file, as vitest would not.
function explain(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  const url = pathToFileURL(file).href
  const own = new URL('explain-load-error.ts', import.meta.url).href
  const program = `import { explainLoadError } from ${JSON.stringify(own)}
    try { await import(${JSON.stringify(url)}) } catch (error) { console.log(explainLoadError(error, ${JSON.stringify(url)})) }`
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
}

describe('explainLoadError', () => {
  it('finds the line of a file that cannot be parsed', () => {
    const text = explain('app.mjs', 'const a = 1\nconst b = = 2\n')
    expect(text).toMatch(/^SyntaxError: Unexpected token '='\nfile:.*app\.mjs:2\nconst b = = 2\n +\^\n$/)
  })

  it('shows the line of TypeScript that cannot be stripped', () => {
    const text = explain('app.ts', 'enum Mode { fast }\nexport default Mode\n')
    expect(text).toMatch(/^SyntaxError: .*enum.*\n.*app\.ts:1\nenum Mode \{ fast \}\n/)
  })

  it('shows who asks for an export or a file that is not there', () => {
    const text = explain('names.mjs', "import { nothing } from 'node:fs'\nexport default nothing\n")
    expect(text).toMatch(/export named 'nothing'\nfile:.*names\.mjs:1\n/)
    expect(explain('missing.mjs', "import './none.mjs'")).toMatch(
      /^Cannot find module '.*none\.mjs' imported from/,
    )
  })

  it('shows the stack of anything else without what is of Node', () => {
    const text = explain('fails.mjs', "function open() { throw new Error('no database') }\nopen()\n")
    expect(text).toMatch(/^it failed while it was loaded\nError: no database\n +at open \(.*fails\.mjs:1:/)
    expect(text).not.toContain('node:internal')
  })

  it('says what was thrown that is no error', () => {
    expect(explainLoadError('enough', 'file:///app.mjs')).toBe("it failed while it was loaded\n'enough'")
  })
})
