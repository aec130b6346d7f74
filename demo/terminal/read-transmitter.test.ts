import { expect, it } from 'vitest'
import { readTransmitter } from './read-transmitter.ts'

it.each([
  [undefined, 'inline'],
  ['', 'inline'],
  ['inline', 'inline'],
  ['thread', 'thread'],
])('readTransmitter takes TRANSMITTER=%s for %s', (TRANSMITTER, transmitter) => {
  expect(readTransmitter({ TRANSMITTER })).toBe(transmitter)
})

it.each(['threads', 'Thread', '1', ' thread', 'true'])(
  'readTransmitter refuses TRANSMITTER=%s',
  (TRANSMITTER) => {
    expect(() => readTransmitter({ TRANSMITTER })).toThrow(
      `Cannot send with TRANSMITTER=${JSON.stringify(TRANSMITTER)}: give inline or thread, as in TRANSMITTER=thread npm start`,
    )
  },
)
