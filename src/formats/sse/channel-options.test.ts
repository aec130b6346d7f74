import { expect, it } from 'vitest'
import { type ChannelOptions, toChannelSettings } from './channel-options.ts'

const wrong: [ChannelOptions, string][] = JSON.parse(`[
  [{ "lags": {} }, "there is no option \`lags\`"],
  [{ "policy": "wait" }, "Cannot use policy a string (wait): give drop, latest, disconnect"],
  [{ "lag": { "events": 0 } }, "Cannot keep 0 events for lag: give a whole number from 1"],
  [{ "lag": { "events": 1.5 } }, "Cannot keep 1.5 events for lag"],
  [{ "lag": { "bytes": -1 } }, "Cannot keep -1 bytes for lag"],
  [{ "replay": { "events": -1 } }, "Cannot keep -1 events for replay: give a whole number from 0"],
  [{ "resetEvent": "a\\nb" }, "holds CR, LF or NUL"],
  [{ "missedEvent": 5 }, "its event is a number (5)"]
]`)

it('toChannelSettings has defaults that bound what a channel holds', () => {
  expect(toChannelSettings({})).toEqual({
    policy: 'drop',
    lag: { events: 1000, bytes: 1_048_576 },
    replay: { events: 1000, bytes: 1_048_576 },
    replayToNew: false,
    resetEvent: 'reset',
    missedEvent: 'missed',
  })
  expect(toChannelSettings({ policy: 'latest' }).lag.events).toBe(1)
  const away = toChannelSettings({ policy: 'disconnect', lag: { events: 5 } })
  expect(away.replay).toEqual({ events: 20, bytes: 4 * 1_048_576 })
  expect(toChannelSettings({ policy: 'disconnect', replay: { events: 3 } }).replay.events).toBe(3)
  expect(toChannelSettings({ replay: false }).replay).toEqual({ events: 0, bytes: 0 })
})

it('toChannelSettings keeps what it is given', () => {
  const given = { lag: { events: Infinity, bytes: 10 }, replay: { events: 0 }, resetEvent: 'gone' }
  expect(toChannelSettings(given)).toMatchObject({ ...given, replay: { events: 0, bytes: 1_048_576 } })
})

it.each(wrong)('toChannelSettings refuses %j', (options, message) => {
  expect(() => toChannelSettings(options)).toThrow(message)
})
