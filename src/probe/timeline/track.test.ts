import { expect, it } from 'vitest'
import { createBlock } from '../../../test/support/create-probe-report.ts'
import { Track } from './track.ts'

const head = { status: 200, reason: 'OK', fields: [], at: 10 }
const block = (at: number, reading: number) => createBlock({ at, reading })

it('Track says how long nothing came', () => {
  expect(new Track('').describe(1500)).toEqual(['asked 1.50 s ago, nothing came yet'])
})

it('Track says that there is a head but no block', () => {
  const track = new Track('')
  track.addHead(head, 1010)
  expect(track.describe(track.elapsed(1250, 0))).toEqual(['200, no block yet', 'waiting 240 ms'])
})

it('Track counts, and tells the current gap and the longest, over the readings of the socket', () => {
  const track = new Track('')
  track.addHead(head, 1010)
  track.addBlock(block(20, 1), 1020)
  expect(track.describe(20)).toEqual(['1 block', '100 B', 'waiting 0 ms'])
  for (const [at, reading] of [
    [320, 2],
    [320.5, 2],
    [400, 3],
  ] as const)
    track.addBlock(block(at, reading), 0)
  expect(track.describe(track.elapsed(1550, 0))).toEqual([
    '4 blocks',
    '400 B',
    'waiting 150 ms',
    'longest gap 300 ms',
  ])
})
