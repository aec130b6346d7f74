import { describe, expect, it } from 'vitest'
import { createMeasurement } from '../../../../test/support/create-probe-report.ts'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { drawReplies } from './draw-replies.ts'

const style = toTerminalStyle({ columns: 24 })

describe('drawReplies', () => {
  it('draws replies on the same scale', () => {
    const replies = [
      { label: 'a', measurement: createMeasurement([10, 99]) },
      { label: 'b', measurement: createMeasurement([49]) },
    ]
    expect(drawReplies(replies, style)).toEqual([
      '',
      '  a  ·█▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▏',
      '  b  ··▁▁▁▁▁▁█▏',
      '     0        50 ms',
    ])
  })

  it.each([
    ['whole', createMeasurement([99]), '▏'],
    ['cut off', createMeasurement([99], { ending: { kind: 'cut', by: 'reset', message: '' } }), '╳'],
    ['left', createMeasurement([99], { ending: { kind: 'left', because: 'duration' } }), '█'],
    [
      'incomplete',
      createMeasurement([99], { ending: { kind: 'complete', isSure: true, faults: ['cut'], hints: [] } }),
      '╳',
    ],
  ])('marks the end of a reply that is %s', (_, measurement, sign) => {
    expect(drawReplies([{ label: '', measurement }], style)[1]?.at(-1)).toBe(sign)
  })

  it('ends the line where the times of blocks are no longer known, and says so', () => {
    const measurement = createMeasurement([10, 50], {
      blockCount: 5000,
      times: { started: -2, connected: -1, head: 10, end: 10_000 },
    })
    const lines = drawReplies([{ label: '', measurement }], style)
    expect(lines[1]?.endsWith('█')).toBe(true)
    expect(lines.at(-1)).toBe('  drawn are the first 2 of 5,000 blocks')
  })

  it('draws nothing where no reply came', () => {
    expect(drawReplies([{ label: '', measurement: undefined }], style)).toEqual([])
  })
})
