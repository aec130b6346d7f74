import { expect, it } from 'vitest'
import { checkHead } from './check-head.ts'
import { toLimits } from './limits.ts'

const limits = toLimits({ maxTargetBytes: 10, maxHeaders: 2 })
const fields = ['a', '1', 'b', '2']

it('checkHead lets through what is within the limits', () => {
  expect(() => checkHead('/123456789', fields, limits)).not.toThrow()
})

it('G13: checkHead refuses a target that is too long with 414', () => {
  expect(() => checkHead('/1234567890', fields, limits)).toThrow(
    expect.objectContaining({ status: 414, message: 'Cannot use a target of more than 10 bytes' }),
  )
})

it('G13: checkHead refuses too many fields with 431', () => {
  expect(() => checkHead('/', [...fields, 'c', '3'], limits)).toThrow(
    expect.objectContaining({ status: 431, message: 'Cannot use a head of more than 2 fields' }),
  )
})
