import { expect, it } from 'vitest'
import { EntryNames } from './entry-names.ts'

it.each([
  ['a', 'a'],
  ['a', 'a/'],
  ['a/', 'a'],
])('EntryNames refuses %s and then %s', (first, second) => {
  const names = new EntryNames()
  names.add(first)
  names.add('b')
  names.add('a/b')
  expect(() => names.add(second)).toThrow(
    new TypeError(`Cannot archive ${second}: there is an entry of that name already`),
  )
})
