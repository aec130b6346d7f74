import { describe, expect, it } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { requestId, type RequestIdOptions, RequestIds } from './request-id.ts'
import type { WatchedRequest } from './watched-replies.ts'

function read(fields: Record<string, string>): WatchedRequest {
  const context = createContext('GET', '/', fields)
  const reply = { progress: { bytes: 0, blocks: 0 }, requestField: (name: string) => fields[name] }
  const request = {
    reply,
    method: 'GET',
    path: '/',
    route: '/',
    protocol: 'HTTP/1.1',
    remoteAddress: undefined,
  }
  return { ...request, context, startedAt: 0 }
}

function take(fields: Record<string, string>, options?: RequestIdOptions): string {
  return new RequestIds(options).take(read(fields))
}

describe('RequestIds', () => {
  it.each(['abc', 'a-b_c.d:e/f+g=@h', '0'.repeat(128)])('take %j of the request', (id) => {
    expect(take({ 'x-request-id': id })).toBe(id)
  })

  it.each(['', ' ', 'a b', 'a"b', 'a\nb', 'é', '0'.repeat(129)])('G12: make another in place of %j', (id) => {
    expect(take({ 'x-request-id': id })).not.toBe(id)
  })

  it('make one that there was not before', () => {
    expect(new Set(Array.from({ length: 100 }, () => take({}))).size).toBe(100)
  })

  it('read the field, and use the function, that they are given', () => {
    const options = { header: 'x-trace', generate: () => 'made' }
    expect(take({ 'x-trace': 'brought', 'x-request-id': 'other' }, options)).toBe('brought')
    expect(take({ 'x-request-id': 'other' }, options)).toBe('made')
  })

  it('give the context the same, once', () => {
    const request = read({})
    const id = new RequestIds().take(request)
    expect(request.context && requestId(request.context)).toBe(id)
    expect(new RequestIds().take(request)).toBe(id)
  })

  it('give one to a request that could not be read', () => {
    expect(new RequestIds().take({ ...read({}), context: undefined })).toMatch(/^[\da-f]{8}-\w+$/)
  })
})

describe('requestId', () => {
  it('is undefined where nobody keeps a log', () => {
    expect(requestId(createContext())).toBe(undefined)
  })
})
