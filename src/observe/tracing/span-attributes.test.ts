import { describe, expect, it } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import type { Outcome } from '../../delivery/sink.ts'
import { endingOf } from '../ending-of.ts'
import { endAttributes, spanAttributes, spanName } from './span-attributes.ts'

const reply = { progress: { bytes: 0, blocks: 0 }, requestField: () => undefined }
const counts = { bytes: 3, blocks: 1 }

function read(changes: { method?: string; protocol?: string; route?: string } = {}) {
  const request = { method: 'GET', path: '/x', route: '/:x', protocol: 'HTTP/1.1', remoteAddress: '::1' }
  return { reply, ...request, context: createContext(), startedAt: 0, ...changes }
}

describe('spanName', () => {
  it.each([
    ['GET', '/:x', 'GET /:x'],
    ['GET', undefined, 'GET'],
    ['BREW', '/:x', 'HTTP /:x'],
  ])('of %s %s is %s', (method, route, name) => {
    expect(spanName(read({ method }), route)).toBe(name)
  })
})

describe('spanAttributes', () => {
  it('show a method that a client has invented beside the known ones', () => {
    expect(spanAttributes(read({ method: 'BREW' }))).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'BREW',
    })
  })

  it.each([
    ['HTTP/1.0', '1.0'],
    ['HTTP/1.1', '1.1'],
    ['HTTP/2.0', '2'],
  ])('call the version of %s %s', (protocol, version) => {
    expect(spanAttributes(read({ protocol }))).toMatchObject({ 'network.protocol.version': version })
  })
})

describe('endAttributes', () => {
  it.each([
    ['a complete reply', { kind: 'complete', ...counts }, 200, undefined],
    ['an answer of 500', { kind: 'complete', ...counts }, 500, '500'],
    ['a refused one', { kind: 'refused', error: new TypeError('x'), ...counts }, 500, 'TypeError'],
    ['a failed one', { kind: 'failed', error: 'text', ...counts }, 200, 'string'],
    ['a client that has left', { kind: 'client-gone', error: new ClientGone(), ...counts }, 200, undefined],
    ['a shutdown', { kind: 'shutdown', error: new ShuttingDown('x'), ...counts }, 200, 'ShuttingDown'],
  ] as const)('of %s have the type of its error', (_, told, status, type) => {
    const outcome: Outcome = told
    const end = { reply, outcome, errors: [], status, route: '/:x' }
    expect(endAttributes(end, endingOf(outcome))['error.type']).toBe(type)
  })
})
