import { describe, expect, it } from 'vitest'
import { toReplyOptions } from './reply-options.ts'

describe('toReplyOptions', () => {
  it('keeps what is said besides the head', () => {
    const options = {
      commit: 'now',
      delivery: 'turn',
      trailers: () => ({}),
      onError: () => 'x',
      onClose: () => {},
      heartbeat: { every: 1, block: ':' },
      maxBytes: 0,
    } as const
    expect(toReplyOptions({ status: 201, headers: { a: 'b' }, ...options })).toEqual(options)
  })

  it('is one object for all replies that say nothing', () => {
    expect(toReplyOptions({})).toBe(toReplyOptions({ status: 201 }))
  })

  it.each<[string, object, RegExp]>([
    ['commit', { commit: 'later' }, /^Cannot use commit "later": give first-block or now/],
    ['delivery', { delivery: 'slow' }, /^Cannot use delivery "slow": give block or turn/],
    ['trailers', { trailers: {} }, /^Cannot use trailers: it is a object; give a function|it is an object/],
    ['onError', { onError: 'x' }, /^Cannot use onError: it is a string/],
    ['onClose', { onClose: null }, /^Cannot use onClose/],
    ['heartbeat', { heartbeat: { every: 0, block: '' } }, /^Cannot send a heartbeat every 0 ms/],
    ['heartbeat that is no number', { heartbeat: { every: Number.NaN, block: '' } }, /every NaN ms/],
    ['maxBytes', { maxBytes: -1 }, /^Cannot buffer -1 bytes: `maxBytes`/],
    ['maxBytes that is no number', { maxBytes: Number.NaN }, /^Cannot buffer NaN bytes/],
  ])('refuses a wrong %s, and names it', (_, init, message) => {
    expect(() => toReplyOptions(init)).toThrow(message)
  })
})
