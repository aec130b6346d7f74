import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fillCities } from './fill-cities.ts'
import { openCities } from './open-cities.ts'
import { sampleCities } from '../support/sample-cities.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'

it('fillCities stores every city and tells of its progress', async () => {
  using folder = new TemporaryFolder()
  const path = folder.file('cities.sqlite')
  const told: number[] = []
  await fillCities(path, sampleCities(4_500), { progress: (stored) => told.push(stored) })
  expect(told).toEqual([2_000, 4_000, 4_500])
  expect(folder.list()).toEqual(['cities.sqlite'])
  const opened = openCities(path)
  if (opened.kind !== 'open') throw new Error(`The file is ${opened.kind}`)
  expect(opened.store.count).toBe(4_500)
  opened.store.close()
})

it('fillCities shows no file before it is whole, and leaves none when it is stopped half way', async () => {
  using folder = new TemporaryFolder()
  const path = folder.file('cities.sqlite')
  const controller = new AbortController()
  const seen: string[][] = []
  const filling = fillCities(path, sampleCities(6_000), {
    signal: controller.signal,
    progress: (stored) => {
      seen.push(folder.list())
      if (stored === 4_000) controller.abort(new Error('stopped'))
    },
  })
  await expect(filling).rejects.toThrow('stopped')
  const draft = `cities.sqlite.${process.pid}.tmp`
  expect(seen).toEqual([[draft], [draft]])
  expect(folder.list()).toEqual([])
})

it('fillCities keeps the file that is there when it is stopped', async () => {
  using folder = new TemporaryFolder()
  const path = folder.file('cities.sqlite')
  await fillCities(path, sampleCities())
  await expect(
    fillCities(path, sampleCities(), { signal: AbortSignal.abort(new Error('no')) }),
  ).rejects.toThrow('no')
  const opened = openCities(path)
  expect(opened.kind).toBe('open')
  if (opened.kind === 'open') opened.store.close()
})

it('fillCities removes what a killed process left, and not the draft of one that runs', async () => {
  using folder = new TemporaryFolder()
  const { pid: gone } = spawnSync(process.execPath, ['--version'])
  writeFileSync(folder.file(`cities.sqlite.${gone}.tmp`), 'half')
  writeFileSync(folder.file(`cities.sqlite.${process.ppid}.tmp`), 'in work')
  await fillCities(folder.file('cities.sqlite'), sampleCities())
  expect(folder.list()).toEqual(['cities.sqlite', `cities.sqlite.${process.ppid}.tmp`])
})
