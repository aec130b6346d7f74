import { describe, expect, it } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import { createLiveReply } from '../../../test/support/create-live-reply.ts'
import { setUpThreadWire } from '../../../test/support/set-up-thread-wire.ts'
import { toPath, toRequestMoment } from './to-request-moment.ts'

const { wire } = setUpThreadWire({ method: 'POST', target: '//a?secret', remoteAddress: '192.0.2.1' })
const reply = createLiveReply()
const about = { reply, protocol: 'HTTP/1.1', startedAt: 5 }

describe('toRequestMoment', () => {
  it('tells what the context says, where there is one', () => {
    const context = createContext('GET', '/b')
    const { remoteAddress } = context.transport
    const asked = { wire, context, route: '/:x', startedAt: 5 }
    const request = { method: 'GET', path: '/b', route: '/:x', context, remoteAddress }
    expect(toRequestMoment(reply, asked)).toEqual({ ...about, ...request })
  })

  it('tells what was sent, where there is none', () => {
    const asked = { wire, context: undefined, route: undefined, startedAt: 5 }
    const request = { method: 'POST', path: '//a', route: undefined, remoteAddress: '192.0.2.1' }
    expect(toRequestMoment(reply, asked)).toEqual({ ...about, ...request, context: undefined })
  })
})

describe('toPath', () => {
  it.each([
    ['/a?b#c', '/a'],
    ['/a#b?c', '/a'],
    ['http://[bad', 'http://[bad'],
    ['*', '*'],
    ['', ''],
    [undefined, ''],
  ])('of %j is %j', (target, path) => {
    expect(toPath(target)).toBe(path)
  })
})
