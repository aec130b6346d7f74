import { expect, it } from 'vitest'
import { toPlainText } from './to-plain-text.ts'

it.each([
  ['plain Grüße ✔ 日本', 'plain Grüße ✔ 日本'],
  ['\u001B[2J\u001B]0;title\u0007', '\\u{1b}[2J\\u{1b}]0;title\\u{7}'],
  ['OK\r\nfake', 'OK\\u{d}\\u{a}fake'],
  ['\u009B31m', '\\u{9b}31m'],
  ['a\u202Eb', 'a\\u{202e}b'],
])('toPlainText of %j is %j', (text, plain) => {
  expect(toPlainText(text)).toBe(plain)
})
