import { expect, it } from 'vitest'
import { isOwn, markOwn } from './is-own.ts'

it('isOwn is true for what markOwn has marked', () => {
  const [own, other] = [{}, {}]
  markOwn(own)
  expect([own, other, undefined].map(isOwn)).toEqual([true, false, false])
})
