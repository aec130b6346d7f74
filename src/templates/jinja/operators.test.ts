import { describe, expect, it } from 'vitest'
import { negate, operators, toNumber } from './operators.ts'

describe('operators', () => {
  it('take values of any kind, as in JavaScript', () => {
    expect(operators['+']('a', 1)).toBe('a1')
    expect(operators['+'](1, null)).toBe(1)
    expect(operators['-']('5', 2)).toBe(3)
    expect(operators['*']('x', 2)).toBe(Number.NaN)
    expect(operators['<'](new Date(1), new Date(2))).toBe(true)
    expect(operators['==']('1', 1)).toBe(true)
    expect(operators['===']('1', 1)).toBe(false)
    expect([negate('3'), toNumber('4'), negate([])]).toEqual([-3, 4, -0])
  })
})
