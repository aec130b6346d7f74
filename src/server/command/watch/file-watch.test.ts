import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileWatch } from './file-watch.ts'
import { MISSING, toLoadedFile } from './to-loaded-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-watch-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('FileWatch', () => {
  let files = new FileWatch()
  beforeEach(() => (files = new FileWatch()))
  afterEach(() => files.close())

  it('tells a file that is written, again and again, and not its neighbours', async () => {
    const one = write('one', '1')
    files.add([toLoadedFile(one)])
    for (const text of ['22', '333']) {
      const changes = files.changes()
      write('other', text)
      write('one', text)
      expect(await changes).toEqual([one])
    }
  })

  it('tells what has changed since it was loaded, and what changes before it is asked', async () => {
    const [old, late] = [write('old', '1'), write('late', '1')]
    const loaded = [old, late].map(toLoadedFile)
    write('old', '22')
    files.add(loaded)
    expect(await files.changes()).toEqual([old])
    write('late', '22')
    files.add(loaded.slice(1))
    expect(await files.changes()).toEqual([late])
  })

  it('tells a file that another one is renamed to, as editors save, and one that was missing', async () => {
    const saved = write('saved', '1')
    const missing = join(folder, 'missing')
    expect(toLoadedFile(missing).signature).toBe(MISSING)
    files.add([saved, missing].map(toLoadedFile))
    const renamed = files.changes()
    renameSync(write('saved.tmp', '22'), saved)
    expect(await renamed).toEqual([saved])
    const made = files.changes()
    write('missing', '1')
    expect(await made).toEqual([missing])
  })

  it('takes a folder that is not there', () => {
    expect(() => files.add([toLoadedFile(join(folder, 'nowhere', 'file'))])).not.toThrow()
  })
})
