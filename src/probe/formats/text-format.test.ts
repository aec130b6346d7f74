import { expect, it } from 'vitest'
import { quote } from './text-format.ts'

it('quote shows what would not be seen, and not too much of it', () => {
  expect(quote('a\n"b"')).toBe('"a\\n\\"b\\""')
  expect(quote('x'.repeat(61))).toBe(`"${'x'.repeat(57)}…"`)
})
