import { expect, it } from 'vitest'
import { sampleLive } from '../../../../test/inspector/sample-replies.ts'
import { sumReplies } from './sum-replies.ts'

it('sumReplies counts each reply once, by who it waits for, and adds up what is sent', () => {
  const replies = [
    sampleLive({ rate: 100 }),
    sampleLive({ awaits: 'handler', rate: 0 }),
    sampleLive({ awaits: 'client', awaitsSince: 2_900, rate: 50 }),
    sampleLive({ awaits: 'client', awaitsSince: 1_000, rate: 0 }),
  ]
  expect(sumReplies(replies, 3_000)).toEqual({
    inFlight: 4,
    application: 2,
    client: 1,
    stalled: 1,
    rate: 150,
  })
})

it('sumReplies is nothing for nothing', () => {
  expect(sumReplies([], 0)).toEqual({ inFlight: 0, application: 0, client: 0, stalled: 0, rate: 0 })
})
