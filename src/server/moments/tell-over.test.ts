import { expect, it } from 'vitest'
import { createLiveReply } from '../../../test/support/create-live-reply.ts'
import { replyOver } from '../../delivery/channels.ts'
import { tellOver } from './tell-over.ts'

it('tellOver tells the reply, how it has ended and when it has begun', () => {
  const told: unknown[] = []
  const listener = (message: unknown) => void told.push(message)
  replyOver.subscribe(listener)
  const reply = createLiveReply()
  const outcome = { kind: 'complete', bytes: 1, blocks: 1 } as const
  tellOver(reply, outcome, 5)
  tellOver(reply, undefined, 6)
  replyOver.unsubscribe(listener)
  expect(told).toEqual([
    { reply, outcome, startedAt: 5 },
    { reply, outcome: undefined, startedAt: 6 },
  ])
})
