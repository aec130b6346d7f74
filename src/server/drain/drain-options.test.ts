import { describe, expect, it } from 'vitest'
import { checkCloseOptions, checkRestartOptions, drainRule, toDrainSettings } from './drain-options.ts'

describe('drainRule', () => {
  it.each([{}, { grace: 0, signals: true }, { grace: Infinity, lastBlock: () => 'x' }, { signals: false }])(
    'takes %j',
    (options) => expect(drainRule.is(options)).toBe(true),
  )

  it.each([
    null,
    7,
    { grace: -1 },
    { grace: '1' },
    { lastBlock: 'bye' },
    { signals: 'SIGTERM' },
    { signal: true },
  ])('refuses %j', (options) => expect(drainRule.is(options)).toBe(false))
})

it('toDrainSettings has 10 s and no signals unless told', () => {
  expect(toDrainSettings()).toMatchObject({ grace: 10_000, lastBlock: undefined, signals: false })
  expect(toDrainSettings({ grace: 5, signals: true })).toMatchObject({ grace: 5, signals: true })
})

it('checkCloseOptions names the option that cannot be kept', () => {
  expect(() => checkCloseOptions('close', { grace: -1 })).toThrow('Cannot close within -1 ms')
  expect(() => checkCloseOptions('close', { grace: Number.NaN })).toThrow(RangeError)
  const [options] = JSON.parse('[{"lastBlock":"bye"}]')
  expect(() => checkCloseOptions('close', options)).toThrow(
    'Cannot close with a `lastBlock` that is a string (bye)',
  )
  expect(checkCloseOptions('close', { grace: 0, lastBlock: () => undefined })).toBeUndefined()
})

it('checkRestartOptions names the option that cannot be kept', () => {
  expect(() => checkRestartOptions({ grace: -1, linger: undefined })).toThrow('Cannot restart within -1 ms')
  expect(() => checkRestartOptions({ grace: 1, linger: Number.NaN })).toThrow('linger NaN ms')
  const [signal] = JSON.parse('["soon"]')
  expect(() => checkRestartOptions({ grace: 1, signal })).toThrow(
    'that is a string (soon): give an AbortSignal',
  )
  const { signal: right } = new AbortController()
  expect(checkRestartOptions({ grace: 0, linger: 0, signal: right })).toBeUndefined()
})
