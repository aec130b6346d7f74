import { expect, it } from 'vitest'
import { verdictNames } from './verdict-names.ts'

it('verdictNames has another name for each verdict', () => {
  const names = Object.values(verdictNames)
  expect(new Set(names).size).toBe(names.length)
})
