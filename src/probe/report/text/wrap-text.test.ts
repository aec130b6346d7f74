import { expect, it } from 'vitest'
import { wrapText } from './wrap-text.ts'

it('wrapText breaks at spaces, and indents what follows', () => {
  expect(wrapText('the proxy holds it', 10)).toEqual(['the proxy', 'holds it'])
  expect(wrapText('the proxy holds it all', 10, '  ')).toEqual(['the proxy', '  holds it', '  all'])
  expect(wrapText('one', 10)).toEqual(['one'])
  expect(wrapText('', 10)).toEqual([''])
})

it('wrapText leaves a word whole that is too wide', () => {
  expect(wrapText('see https://nginx.org/en/docs/ there', 8)).toEqual([
    'see',
    'https://nginx.org/en/docs/',
    'there',
  ])
})

it('wrapText leaves a number with its unit', () => {
  expect(wrapText('the gap was 200 ms long', 15)).toEqual(['the gap was', '200 ms long'])
})
