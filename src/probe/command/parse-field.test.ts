import { expect, it } from 'vitest'
import { parseField } from './parse-field.ts'

it.each([
  ['Accept: text/csv', ['Accept', 'text/csv']],
  ['X-Empty:', ['X-Empty', '']],
  ['x-time:  12:30 ', ['x-time', '12:30']],
])('parseField of %s', (text, field) => {
  expect(parseField(text)).toEqual(field)
})

it.each(['Accept', ': x', 'a b: c', 'Ä: x', ''])('parseField refuses "%s"', (text) => {
  expect(() => parseField(text)).toThrow("write -H 'Name: value'")
})

it('parseField refuses what would end the field', () => {
  expect(() => parseField('X: a\r\nY: b')).toThrow('Cannot send the field X: its value has a line break')
})
