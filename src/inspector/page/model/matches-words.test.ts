import { expect, it } from 'vitest'
import { matchesWords, toWords } from './matches-words.ts'

it('matchesWords looks for every word anywhere, in any case', () => {
  const texts = ['GET', '/Cities', null, 404]
  expect(matchesWords(toWords(' cities  GET '), texts)).toBe(true)
  expect(matchesWords(toWords('40 itie'), texts)).toBe(true)
  expect(matchesWords(toWords('cities post'), texts)).toBe(false)
  expect(matchesWords(toWords('null'), texts)).toBe(false)
})

it('matchesWords takes everything for a filter without words', () => {
  expect(matchesWords(toWords('  '), [])).toBe(true)
})

it('matchesWords finds no word that is in two texts in part', () => {
  expect(matchesWords(toWords('ab'), ['a', 'b'])).toBe(false)
})
