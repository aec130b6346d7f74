import { expect, it } from 'vitest'
import { blackBoxCases } from '../test/blackbox/black-box-cases.ts'
import { millrace } from '../test/blackbox/black-box-systems.ts'
import { compareAncestor, formatComparison } from './compare-ancestors.ts'

it('formatComparison marks a rule that is not kept, and a rule of millrace alone otherwise', () => {
  const [first, second] = blackBoxCases
  if (!first || !second) throw new Error('there are no cases')
  const cases = [first, { ...second, isOwn: true }]
  const observations = cases.map(() => ({ seen: 'a|b', isKept: false }))
  const text = formatComparison([{ system: millrace, version: '1', observations }], cases, 'a day')
  expect(text).toContain('| ✗ a\\|b |')
  expect(text).toContain('| ○ a\\|b |')
  expect(text).toContain('| **✗** |  | 1 |')
})

it('compareAncestor asks nothing of a system that is not installed', async () => {
  const column = await compareAncestor({ ...millrace, version: () => undefined })
  expect(new Set(column.observations)).toEqual(new Set([undefined]))
  expect(formatComparison([column], blackBoxCases, 'a day')).toContain('not installed')
})
