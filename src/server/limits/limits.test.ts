import { describe, expect, it } from 'vitest'
import { limitRules, toLimits } from './limits.ts'

describe('toLimits', () => {
  it('G13: has safe defaults', () => {
    expect(toLimits()).toEqual({
      headTimeout: 15_000,
      idleTimeout: 5000,
      sessionTimeout: 60_000,
      bodyTimeout: 15_000,
      maxHeadBytes: 16_384,
      maxHeaders: 100,
      maxTargetBytes: 8000,
      maxConnections: 20_000,
      maxRepliesPerClient: Infinity,
      trustProxy: undefined,
    })
  })

  it('takes what it is given, and 0 for no time limit', () => {
    const off = { headTimeout: false, idleTimeout: false, bodyTimeout: false } as const
    expect(toLimits(off)).toMatchObject({ headTimeout: 0, idleTimeout: 0, sessionTimeout: 0, bodyTimeout: 0 })
    expect(toLimits({ idleTimeout: 70_000 })).toMatchObject({ idleTimeout: 70_000, sessionTimeout: 70_000 })
    expect(toLimits({ trustProxy: ['::1'] }).trustProxy).toEqual(['::1'])
    expect(toLimits({ trustProxy: true }).trustProxy).toBe(true)
  })

  it.each([[[]], [false]])('trusts nobody for %j', (trustProxy) => {
    expect(toLimits({ trustProxy }).trustProxy).toBe(undefined)
  })
})

describe('limitRules', () => {
  it.each([
    ['headTimeout', [20, 15_000, false, 2_147_483_647], [0, 19, true, Infinity, 2_147_483_648, '1', 20.5]],
    ['maxHeadBytes', [256, 16_384], [255, 0, Infinity, false, 2_000_000]],
    ['maxHeaders', [1, 100], [0, Infinity, '5']],
    ['maxTargetBytes', [1, 8000], [0, NaN]],
    ['maxConnections', [1, Infinity], [0, -1, 1.5, NaN]],
    ['maxRepliesPerClient', [1, Infinity], [0, false]],
    [
      'trustProxy',
      [true, false, [], ['10.0.0.0/8', '::1']],
      [1, 'loopback', '10.0.0.1', ['localhost'], ['10.0.0.0/33'], [10], { length: 1 }],
    ],
  ] as const)('%s', (name, right, wrong) => {
    const { is, give } = limitRules[name]
    expect(right.filter((value) => !is(value))).toEqual([])
    expect(wrong.filter((value) => is(value))).toEqual([])
    expect(give).toMatch(/^[a-z]/)
  })
})
