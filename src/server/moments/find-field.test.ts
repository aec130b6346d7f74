import { describe, expect, it } from 'vitest'
import { findField } from './find-field.ts'

const fields = [':path', 'x-b', 'X-A', 'x-b', 'x-a', 'second', 'X-B', '']

describe('findField', () => {
  it.each([
    ['x-a', 'x-b'],
    ['x-b', ''],
    ['second', undefined],
  ])('gives the first %s, whatever the case of its name', (name, value) => {
    expect(findField(fields, name)).toBe(value)
  })

  it('finds nothing in nothing', () => {
    expect(findField([], 'x-a')).toBe(undefined)
  })
})
