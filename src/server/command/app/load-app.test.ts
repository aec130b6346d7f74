import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AppError } from './app-error.ts'
import { loadApp, showPath } from './load-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-app-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function messageOf(file: string): Promise<string> {
  const error: unknown = await loadApp(file).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(AppError)
  return error instanceof Error ? error.message : ''
}

describe('loadApp', () => {
  it('gives what a file exports', async () => {
    const { routes } = await loadApp(write('good.mjs', "export default { '/': () => 'x' }"))
    expect(Object.keys(routes ?? {})).toEqual(['/'])
  })

  it('says where a file is missing, or none', async () => {
    expect(await messageOf('nowhere.ts')).toBe(
      `Cannot serve nowhere.ts: there is no such file in ${process.cwd()}`,
    )
    mkdirSync(join(folder, 'folder.ts'))
    expect(await messageOf(join(folder, 'folder.ts'))).toContain(
      'it is no file; give the file of an application',
    )
  })

  it('says what to do where Node does not read TypeScript', async () => {
    const old = { features: { typescript: undefined } }
    const loading = loadApp(write('typed.ts', 'export default {}'), old)
    await expect(loading).rejects.toThrow(
      'take 22.18 or newer, or say NODE_OPTIONS=--experimental-strip-types',
    )
  })

  it('says what a file fails of', async () => {
    const file = write('fails.mjs', "throw new Error('no database')")
    expect(await messageOf(file)).toContain(
      `Cannot serve ${file}: it failed while it was loaded\nError: no database`,
    )
  })
})

it('showPath shortens a path below the working directory, and no other', () => {
  expect(showPath(join(process.cwd(), 'a', 'b.ts'))).toBe(join('a', 'b.ts'))
  expect(showPath(join(folder, 'b.ts'))).toBe(join(folder, 'b.ts'))
})
