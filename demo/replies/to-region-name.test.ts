import { expect, it } from 'vitest'
import { toRegionName } from './to-region-name.ts'

it('toRegionName gives the English name, and the code where there is none', () => {
  expect(toRegionName('FR')).toBe('France')
  expect(toRegionName('QQ')).toBe('QQ')
  expect(toRegionName('<b>')).toBe('<b>')
})
