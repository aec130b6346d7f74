import { expect, test } from 'vitest'
import type { ConformanceCase } from '../conformance-case.ts'
import { broken, kept, NotOffered, perhapsBroken, type CaseResult } from '../case-result.ts'
import { runCase } from './run-case.ts'

const target = {
  url: new URL('http://127.0.0.1:1'),
  options: { protocol: 'HTTP/1.1', patience: 1, suite: {} },
  limit: 50,
} as const

function toCase(run: ConformanceCase['run'], place?: ConformanceCase['place']): ConformanceCase {
  return { guarantee: 'G1', name: 'g1-x', title: 'title', why: 'why', run, ...(place ? { place } : {}) }
}

function oneAfterTheOther(...results: CaseResult[]) {
  const paces: number[] = []
  const one = toCase(async ({ pace }) => {
    paces.push(pace)
    return results.shift() ?? kept('too often')
  })
  return { one, paces }
}

test('runCase runs a case that is kept once', async () => {
  const { one, paces } = oneAfterTheOther(kept('1 ms', 'Seen.'))
  expect(await runCase(one, target)).toMatchObject({
    kind: 'kept',
    figure: '1 ms',
    evidence: ['Seen.'],
    runs: 1,
  })
  expect(paces).toEqual([1])
})

test('runCase looks again, more slowly, before it calls something broken', async () => {
  const { one, paces } = oneAfterTheOther(broken('all at 800 ms', 'Seen.'), broken('all at 2400 ms'))
  expect(await runCase(one, target)).toMatchObject({
    kind: 'broken',
    figure: 'all at 800 ms',
    evidence: ['Seen.', 'Again, more slowly: all at 2400 ms.'],
    runs: 2,
  })
  expect(paces).toEqual([1, 3])
})

test('runCase looks some more times while it is doubtful', async () => {
  const doubtful = perhapsBroken('1 of 4 late')
  const { one } = oneAfterTheOther(doubtful, doubtful, doubtful, kept('1 ms'))
  expect(await runCase(one, target)).toMatchObject({ kind: 'kept', figure: '1 ms', runs: 4 })
  const always = toCase(async () => doubtful)
  expect(await runCase(always, target)).toMatchObject({ kind: 'broken', figure: '1 of 4 late', runs: 5 })
})

test('runCase takes what is kept the second time for kept, and says so', async () => {
  const { one } = oneAfterTheOther(broken('250 ms'), kept('1 ms', 'Seen.'))
  const report = await runCase(one, target)
  expect(report).toMatchObject({ kind: 'kept', evidence: ['Seen.', 'At the first try: 250 ms.'], runs: 2 })
})

test('runCase does not repeat what stops the server', async () => {
  const one = toCase(async () => broken('cut'), 'last')
  expect(await runCase(one, target)).toMatchObject({ kind: 'broken', runs: 1 })
})

test('runCase tells what is not offered from what could not run', async () => {
  const absent = toCase(() => Promise.reject(new NotOffered('the server answers 404')))
  expect(await runCase(absent, target)).toMatchObject({
    kind: 'not offered',
    evidence: ['the server answers 404'],
  })
  const failing = toCase(() => Promise.reject(new Error('Cannot connect')))
  expect(await runCase(failing, target)).toMatchObject({
    kind: 'could not run',
    evidence: ['Cannot connect'],
  })
})

test('runCase gives up a case that takes too long', async () => {
  const one = toCase(() => new Promise(() => {}))
  expect(await runCase(one, target)).toMatchObject({
    kind: 'could not run',
    evidence: ['it took longer than 50 ms'],
  })
})
