import { describe, expect, it } from 'vitest'
import type { RequestFacts } from '../context/request-context.ts'
import { RedirectedRequest } from './redirected-request.ts'

const from: RequestFacts = {
  method: 'POST',
  target: '/from',
  transport: {
    protocol: 'HTTP/1.1',
    secure: false,
    remoteAddress: '127.0.0.1',
    remotePort: 1,
    peerAddress: '127.0.0.1',
    asynchronous: true,
    delivery: 'block',
  },
  origin: () => 'http://test',
  headers: () =>
    new Headers({ host: 'test', 'content-length': '3', 'content-type': 'a/b', 'x-other': 'kept' }),
  body: () => new ReadableStream(),
}

describe('RedirectedRequest', () => {
  it('is a GET of the same client without a body, nor what tells of one', () => {
    const request = new RedirectedRequest(from, '/to?x')
    expect([request.method, request.target, request.origin()]).toEqual(['GET', '/to?x', 'http://test'])
    expect(Object.fromEntries(request.headers())).toEqual({ host: 'test', 'x-other': 'kept' })
    expect(request.body()).toBeNull()
    expect(request.transport).toBe(from.transport)
  })
})
