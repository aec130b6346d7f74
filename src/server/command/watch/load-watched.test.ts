import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { loadWatched } from './load-watched.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-loads-')))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

// In a process of its own: hooks stay as long as it does, and vitest loads files by itself.
async function namesOf(file: string): Promise<string[]> {
  const program = `import { loadWatched } from ${JSON.stringify(new URL('load-watched.ts', import.meta.url).href)}
    const send = async (files) => { for (const { path, signature } of files) console.log(path + ' ' + (signature === 'missing')) }
    await loadWatched(${JSON.stringify(join(folder, file))}, send).catch(() => {})`
  const words = ['--conditions=millrace:source', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  return stdout
    .split('\n')
    .filter((line) => line.startsWith(folder))
    .map((line) => line.slice(folder.length + 1))
}

describe('loadWatched', () => {
  it('sends each file that an application imports, and none of a package', async () => {
    mkdirSync(join(folder, 'node_modules', 'pack'), { recursive: true })
    write('node_modules/pack/index.js', 'module.exports = 1')
    write(
      'app.mjs',
      "import './part.mjs'\nimport 'pack'\nawait import('./late.cjs')\nexport default () => {}",
    )
    write('part.mjs', '')
    write('late.cjs', "require('./deep.cjs')")
    write('deep.cjs', '')
    expect(await namesOf('app.mjs')).toEqual([
      'app.mjs false',
      'part.mjs false',
      'late.cjs false',
      'deep.cjs false',
    ])
  })

  it('sends them also where one is broken, or missing', async () => {
    write('bad.mjs', "import './broken.mjs'\nexport default () => {}")
    write('broken.mjs', 'const = 1')
    expect(await namesOf('bad.mjs')).toEqual(['bad.mjs false', 'broken.mjs false'])
    write('lone.mjs', "import './nowhere.mjs'")
    expect(await namesOf('lone.mjs')).toEqual(['lone.mjs false', 'nowhere.mjs true'])
  })

  it('fails as loading does, after it has sent', async () => {
    const sent: string[] = []
    const send = async (files: readonly { path: string }[]) =>
      void sent.push(...files.map(({ path }) => path))
    await expect(loadWatched('nowhere.mjs', send)).rejects.toThrow('there is no such file')
    expect(sent).toEqual([join(process.cwd(), 'nowhere.mjs')])
  })
})
