import { describe, expect, it } from 'vitest'
import { Tally } from './tally.ts'

describe('Tally', () => {
  it('has in each bucket what is in those before it', () => {
    const tally = new Tally([1, 2, 5])
    for (const value of [0.5, 1, 1.5, 5, 6]) tally.observe(value)
    expect([...tally.samples('x', { a: 'b' })]).toEqual([
      { metricName: 'x_bucket', labels: { a: 'b', le: 1 }, value: 2 },
      { metricName: 'x_bucket', labels: { a: 'b', le: 2 }, value: 3 },
      { metricName: 'x_bucket', labels: { a: 'b', le: 5 }, value: 4 },
      { metricName: 'x_bucket', labels: { a: 'b', le: '+Inf' }, value: 5 },
      { metricName: 'x_sum', labels: { a: 'b' }, value: 14 },
      { metricName: 'x_count', labels: { a: 'b' }, value: 5 },
    ])
  })
})
