import { describe, expect, it } from 'vitest'
import { isCloseOrder, isReloadOrder, isWorkerMessage } from './worker-message.ts'

const others = [undefined, null, 'close', 1, {}, { kind: 'close' }, { millrace: 'open' }]

describe('isCloseOrder', () => {
  it('knows an order among what a script sends', () => {
    expect(isCloseOrder({ millrace: 'close', grace: 1, linger: 0 })).toBe(true)
    expect(others.filter(isCloseOrder)).toEqual([])
  })
})

describe('isReloadOrder', () => {
  it('knows an order among what a script sends', () => {
    expect(isReloadOrder({ millrace: 'reload', tls: {} })).toBe(true)
    expect([...others, { millrace: 'close', grace: 1, linger: 0 }].filter(isReloadOrder)).toEqual([])
  })
})

describe('isWorkerMessage', () => {
  it('knows what a worker tells among what a script sends', () => {
    const told = [
      { millrace: 'listening' },
      { millrace: 'reloaded' },
      { millrace: 'leaving' },
      { millrace: 'fault', text: '' },
    ]
    expect(told.filter(isWorkerMessage)).toEqual(told)
    expect([...others, { millrace: 'close', grace: 1, linger: 0 }].filter(isWorkerMessage)).toEqual([])
  })
})
