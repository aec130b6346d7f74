import { expect, it } from 'vitest'
import { parseDuration } from './parse-duration.ts'

it.each([
  ['10s', 10_000],
  ['10', 10_000],
  ['200ms', 200],
  ['200 ms', 200],
  ['1.5m', 90_000],
  ['2min', 120_000],
  ['1H', 3_600_000],
])('parseDuration of %s is %d ms', (text, ms) => {
  expect(parseDuration(text, '--for')).toBe(ms)
})

it.each(['', 'soon', '0', '0s', '-5s', '5 weeks', '1000h', '.5s', '1e3s'])(
  'parseDuration refuses "%s"',
  (text) => {
    expect(() => parseDuration(text, '--for')).toThrow(
      /^Cannot use --for=.*: say a time such as 10s, 500ms or 2m$/,
    )
  },
)
