import { describe, expect, it } from 'vitest'
import { askContext } from '../../../test/support/ask-context.ts'
import { FakeLiveReply } from '../../../test/support/create-live-reply.ts'
import { markOwn } from '../is-own.ts'
import { toEpoch, toFacts, toTenths } from './to-facts.ts'

const found = { id: 7, startedAt: 20, watchedSince: 10 }

describe('toFacts', () => {
  it('tells the request', () => {
    expect(toFacts(new FakeLiveReply(), found)).toEqual({
      id: 7,
      method: 'GET',
      path: '/cities/1',
      route: '/cities/:id',
      client: '10.0.0.1',
      protocol: 'HTTP/1.1',
      startedAt: toEpoch(20),
      isOlder: false,
      isOwn: false,
    })
  })

  it('tells what is not known as null', () => {
    const reply = new FakeLiveReply('/')
    reply.route = undefined
    reply.remoteAddress = undefined
    expect(toFacts(reply, found)).toMatchObject({ route: null, client: null })
  })

  it.each([
    ['127.0.0.1', '127.0.0.1:50000'],
    ['::1', '[::1]:50000'],
  ])('tells the client %s with its port', (remoteAddress, client) => {
    const reply = new FakeLiveReply()
    const request = { ...reply.toRequest(), remoteAddress, context: askContext() }
    reply.toRequest = () => request
    expect(toFacts(reply, found)).toMatchObject({ client })
  })

  it('tells what was there before watching began, and what is the inspector’s own', () => {
    const reply = new FakeLiveReply()
    markOwn(reply.context)
    expect(toFacts(reply, { ...found, startedAt: 9 })).toMatchObject({ isOlder: true, isOwn: true })
  })
})

describe('toEpoch', () => {
  it('is the time of the clock, to a tenth of a millisecond', () => {
    expect(Math.abs(toEpoch(performance.now()) - Date.now())).toBeLessThan(1000)
    expect(toTenths(toEpoch(1.23456))).toBe(toEpoch(1.23456))
  })
})

describe('toTenths', () => {
  it('rounds', () => {
    expect([0, 1.24, 1.25, 12_345.678].map(toTenths)).toEqual([0, 1.2, 1.3, 12_345.7])
  })
})
