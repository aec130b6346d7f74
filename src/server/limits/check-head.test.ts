import { expect, it } from 'vitest'
import { checkHead, checkHeadBytes } from './check-head.ts'
import { toLimits } from './limits.ts'

const limits = toLimits({ maxTargetBytes: 10, maxHeaders: 2 })
const fields = ['a', '1', 'b', '2']

it('checkHead lets through what is within the limits', () => {
  expect(() => checkHead('/123456789', fields, limits)).not.toThrow()
})

it('G13: checkHead refuses a target that is too long with 414', () => {
  expect(() => checkHead('/1234567890', fields, limits)).toThrow(
    expect.objectContaining({ status: 414, message: expect.stringMatching(/ 10 bytes: .* maxTargetBytes$/) }),
  )
})

it('G13: checkHead refuses too many fields with 431', () => {
  expect(() => checkHead('/', [...fields, 'c', '3'], limits)).toThrow(
    expect.objectContaining({ status: 431, message: expect.stringMatching(/ 2 fields: .* maxHeaders$/) }),
  )
})

it('G13: checkHeadBytes refuses a head that is too large with 431: its target, names and values', () => {
  const { maxHeadBytes } = limits
  const value = 'v'.repeat(maxHeadBytes - 3)
  expect(() => checkHeadBytes('/a', ['x', value], limits)).not.toThrow()
  expect(() => checkHeadBytes('/ab', ['x', value], limits)).toThrow(
    expect.objectContaining({
      status: 431,
      message: expect.stringMatching(/ 16384 bytes: .* maxHeadBytes$/),
    }),
  )
})
