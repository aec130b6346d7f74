import { expect, it } from 'vitest'
import { createProbeReport } from '../../../../test/support/create-probe-report.ts'
import type { ExpectationResult } from '../../measurement.ts'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { drawExpectations } from './draw-expectations.ts'

it('drawExpectations shows each once, of several connections the one that is not met', () => {
  const connectionsWith = (expectations: ExpectationResult[]) =>
    createProbeReport('streamed', { connection: { expectations } }).connections
  const connections = [
    ...connectionsWith([{ text: 'every 1s', isMet: true, line: 'yes' }]),
    ...connectionsWith([{ text: 'every 1s', isMet: false, line: 'no' }]),
    ...connectionsWith([{ text: '10 blocks', isMet: true, line: 'there were 10' }]),
  ]
  const style = toTerminalStyle({})
  expect(drawExpectations(connections, style)).toEqual([
    '',
    '  Expected',
    '  ✖ every 1s: no',
    '  ✔ 10 blocks: there were 10',
  ])
  expect(drawExpectations([], style)).toEqual([])
})
