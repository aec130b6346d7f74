import { describe, expect, it } from 'vitest'
import { createMeasurement } from '../../../../test/support/create-probe-report.ts'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { drawFacts, drawFactTable } from './draw-facts.ts'

const style = toTerminalStyle({ columns: 61 })

describe('drawFacts', () => {
  it('puts a figure on each line, and breaks what is too long', () => {
    const lines = drawFacts(createMeasurement([20, 220]), toTerminalStyle({ columns: 40 }))
    expect(lines[0]).toBe('  status       200 OK over HTTP/1.1')
    const gaps = lines.findIndex((line) => line.startsWith('  gaps'))
    expect(lines.slice(gaps, gaps + 2)).toEqual([
      '  gaps         200 ms median, 200 ms',
      '               p99, 200 ms longest',
    ])
  })
})

describe('drawFactTable', () => {
  it('puts replies beside each other, with nothing where one has no figure', () => {
    const lines = drawFactTable(
      [
        { label: 'direct', measurement: createMeasurement([20, 220]) },
        { label: 'through', measurement: undefined },
      ],
      style,
    )
    expect(lines[0]).toBe('               direct                through')
    expect(lines[1]).toBe('  status       200 OK over HTTP/1.1')
  })
})
