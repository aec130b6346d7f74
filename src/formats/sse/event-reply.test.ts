import { expect, it } from 'vitest'
import { toBlocks } from '../../body/blocks.ts'
import { eventReply, formatPreface } from './event-reply.ts'

it('eventReply has the head of a stream that nobody may store or hold', () => {
  const { headers, options } = eventReply(toBlocks([]), {})
  expect(Object.fromEntries(headers)).toEqual({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  expect(options).toMatchObject({
    commit: 'now',
    delivery: 'block',
    heartbeat: { every: 15_000, block: ':\n\n' },
  })
})

it('eventReply keeps the head and the options that it is given', () => {
  const headers = { 'cache-control': 'no-cache, no-transform', 'x-own': '1' }
  const made = eventReply(toBlocks([]), { headers, status: 201, heartbeat: 20, commit: 'first-block' })
  expect(made.status).toBe(201)
  expect(made.headers.get('cache-control')).toBe('no-cache, no-transform')
  expect(made.headers.get('x-own')).toBe('1')
  expect(made.options).toMatchObject({ commit: 'first-block', heartbeat: { every: 20 } })
  expect(eventReply(toBlocks([]), { heartbeat: false }).options.heartbeat).toBeUndefined()
})

it('eventReply refuses what it cannot keep', () => {
  for (const heartbeat of [0, -1, Number.NaN, 2 ** 31]) {
    expect(() => eventReply(toBlocks([]), { heartbeat })).toThrow(RangeError)
  }
  const wrong = JSON.parse('[{"heartbeat":true},{"onError":"tell"},{"hartbeat":5},{"maxBytes":5}]')
  expect(() => eventReply(toBlocks([]), wrong[0])).toThrow('Cannot send a heartbeat every true ms')
  expect(() => eventReply(toBlocks([]), wrong[1])).toThrow("give 'hide', 'show' or a function")
  expect(() => eventReply(toBlocks([]), wrong[2])).toThrow('there is no option `hartbeat`')
  expect(() => eventReply(toBlocks([]), wrong[3])).toThrow('there is no option `maxBytes`')
})

it('G4: eventReply tells the client that the source has failed, and why only where it is told to', () => {
  const error = new Error('password=1\nsecret')
  const lastBlock = (onError: Parameters<typeof eventReply>[1]['onError']) =>
    eventReply(toBlocks([]), onError === undefined ? {} : { onError }).options.onError?.(error)
  expect(lastBlock(undefined)).toBe('event: error\ndata: The stream has failed\n\n')
  expect(lastBlock('show')).toBe('event: error\ndata: password=1\ndata: secret\n\n')
  expect(lastBlock(() => ({ event: 'failure', data: { code: 7 } }))).toBe(
    'event: failure\ndata: {"code":7}\n\n',
  )
  expect(lastBlock(() => undefined)).toBeUndefined()
})

it('formatPreface tells when to come back', () => {
  expect(formatPreface({})).toBe('')
  expect(formatPreface({ retry: 250 })).toBe('retry: 250\n\n')
  expect(() => formatPreface({ retry: -1 })).toThrow(RangeError)
})

it('G14: eventReply ends with a last event, and when to come back', () => {
  const lastBlock = (init: Parameters<typeof eventReply>[1]) =>
    eventReply(toBlocks([]), init).options.lastBlock?.()
  expect(lastBlock({})).toMatch(/^retry: [1-5]\d\d\d\n\n$/)
  expect(lastBlock({ drainRetry: 7, lastEvent: () => 'bye' })).toBe('data: bye\n\nretry: 7\n\n')
  expect(lastBlock({ drainRetry: false })).toBeUndefined()
  const [wrong] = JSON.parse('[{"lastBlock":1}]')
  expect(() => eventReply(toBlocks([]), wrong)).toThrow('there is no option `lastBlock`')
})
