import { expect, it } from 'vitest'
import { createLiveReply } from '../../../test/support/create-live-reply.ts'
import { type LiveReplies, type LiveReply, repliesCalled } from '../../delivery/channels.ts'
import { answerCalls } from './answer-calls.ts'

function call(): LiveReplies[] {
  const answers: LiveReplies[] = []
  repliesCalled.publish({ take: (replies: LiveReplies) => void answers.push(replies) })
  return answers
}

it('answerCalls gives the live replies of each server that has not stopped, as they are then', () => {
  const one: [LiveReply, number][] = [[createLiveReply(), 5]]
  const kept = { count: 1, [Symbol.iterator]: () => one.values() }
  const stops = [
    answerCalls(kept, undefined),
    answerCalls({ count: 0, [Symbol.iterator]: () => [].values() }, 2),
  ]
  expect(call().map(({ count, worker }) => [count, worker])).toEqual([
    [1, undefined],
    [0, 2],
  ])
  expect(call().flatMap((replies) => [...replies])).toEqual(one)
  one.push([createLiveReply(), 6])
  kept.count = 2
  expect(call()[0]?.count).toBe(2)
  expect(call().flatMap((replies) => [...replies])).toEqual(one)
  for (const stop of stops) stop()
  expect(call()).toEqual([])
})

it('answerCalls takes no notice of what is no call', () => {
  const stop = answerCalls({ count: 0, [Symbol.iterator]: () => [].values() }, undefined)
  for (const message of [undefined, null, 1, {}]) expect(() => repliesCalled.publish(message)).not.toThrow()
  stop()
})
