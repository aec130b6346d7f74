import { expect, it } from 'vitest'
import { createProbeReport } from '../../../test/support/create-probe-report.ts'
import { worstOf } from './worst-of.ts'

it('worstOf is the connection whose verdict the report has', () => {
  const held = createProbeReport('held-to-the-end')
  const connections = [...createProbeReport('streamed').connections, ...held.connections]
  expect(worstOf({ ...held, connections })).toBe(connections[1])
})

it('worstOf has at least the verdict', () => {
  const report = createProbeReport('failed')
  expect(worstOf({ ...report, connections: [] })).toEqual({ verdict: report.verdict, expectations: [] })
})
