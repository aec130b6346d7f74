import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { fillCities } from './fill-cities.ts'
import { openCities } from './open-cities.ts'
import { sampleCities } from '../support/sample-cities.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'

it('openCities says that a file is missing', () => {
  using folder = new TemporaryFolder()
  expect(openCities(folder.file('none.sqlite'))).toEqual({ kind: 'missing' })
})

it.each([
  ['is empty', (path: string) => writeFileSync(path, '')],
  [
    'is no database',
    (path: string) => writeFileSync(path, 'not a database, but long enough to be one '.repeat(200)),
  ],
  ['was cut', (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2))],
  ['lacks cities', (path: string) => change(path, 'DELETE FROM cities WHERE id = 11')],
  ['has another layout', (path: string) => change(path, 'PRAGMA application_id = 1')],
  ['was overwritten in the middle', overwriteMiddle],
])('openCities refuses a file that %s, with a reason', async (_, damage) => {
  using folder = new TemporaryFolder()
  const path = folder.file('cities.sqlite')
  await fillCities(path, sampleCities(3_000))
  damage(path)
  const opened = openCities(path)
  expect(opened).toEqual({ kind: 'unfit', reason: expect.stringMatching(/./) })
})

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

function overwriteMiddle(path: string): void {
  const bytes = readFileSync(path)
  bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 8_192)
  writeFileSync(path, bytes)
}
