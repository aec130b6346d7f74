import { expect, it } from 'vitest'
import { createLiveReply } from '../../../test/support/create-live-reply.ts'
import { replyClosed } from '../../delivery/channels.ts'
import { tellClosed } from './tell-closed.ts'

const outcome = { kind: 'complete', bytes: 1, blocks: 1 } as const

it('tellClosed tells the reply, what it was for, and how it has ended', () => {
  const told: unknown[] = []
  const listener = (message: unknown) => void told.push(message)
  const reply = createLiveReply()
  reply.status = 201
  const errors = [new Error('expected')]
  replyClosed.subscribe(listener)
  tellClosed(reply, outcome, errors)
  replyClosed.unsubscribe(listener)
  const request = { method: 'GET', path: '/cities/1', route: '/cities/:id', context: reply.context }
  expect(told).toEqual([{ reply, outcome, errors, status: 201, ...request }])
})

it('tellClosed asks for nothing where nobody listens', () => {
  const reply = createLiveReply()
  reply.toRequest = () => {
    throw new Error('Cannot tell of the request: nobody listens')
  }
  expect(() => tellClosed(reply, outcome, [])).not.toThrow()
})
