import { expect, it } from 'vitest'
import { foldName } from './fold-name.ts'

it('foldName drops accents and capitals, whether they are composed or not', () => {
  expect(foldName('São Paulo')).toBe('sao paulo')
  expect(foldName('Sa\u0303o PAULO')).toBe('sao paulo')
  expect(foldName('Ñuñoa')).toBe('nunoa')
  expect(foldName('東京')).toBe('東京')
})
