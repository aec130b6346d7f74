import { describe, expect, it } from 'vitest'
import { HttpError, notFound, Redirect, redirect } from '../reply/http-error.ts'
import { isAnswer, toErrorReply } from './to-error-reply.ts'

describe('toErrorReply', () => {
  it.each([
    ['an error', new Error('secret'), 500, 'Internal server error\n'],
    ['what is no error', 'secret', 500, 'Internal server error\n'],
    ['nothing', undefined, 500, 'Internal server error\n'],
    ['a 404 without a message', notFound(), 404, 'Not found\n'],
    ['a 404 with a message', notFound('No such city'), 404, 'No such city\n'],
    ['a status that has no text', new HttpError(418), 418, 'Error 418\n'],
    ['a 503, whose message is not shown', new HttpError(503, 'secret'), 503, 'Service unavailable\n'],
    ['a 503 that shows its message', new HttpError(503, 'Back at 9', { expose: true }), 503, 'Back at 9\n'],
    ['a 400 that does not', new HttpError(400, 'secret', { expose: false }), 400, 'Bad request\n'],
  ])('G4: makes of %s a whole reply', async (_, error, status, text) => {
    const made = toErrorReply(error, 'HTTP/1.1')
    expect(made.status).toBe(status)
    expect(made.streaming).toBe(false)
    expect(made.headers.get('content-type')).toMatch(/^text\/plain; ?charset=utf-8$/i)
    expect(made.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await made.text()).toBe(text)
  })

  it('keeps the headers of an error, but for the type of its text', () => {
    const headers = { allow: 'GET', 'content-type': 'text/html' }
    const made = toErrorReply(new HttpError(405, '', { headers }), 'HTTP/1.1')
    expect(made.headers.get('allow')).toBe('GET')
    expect(made.headers.get('content-type')).toMatch(/^text\/plain; ?charset=utf-8$/i)
  })

  it.each([
    ['HTTP/1.1', undefined, 303],
    ['HTTP/1.0', undefined, 302],
    ['HTTP/1.0', 308, 308],
    ['HTTP/1.1', 307, 307],
  ] as const)('sends a client of %s elsewhere with %s → %i', (protocol, status, expected) => {
    const made = toErrorReply(redirect('/login', status), protocol)
    expect(made.status).toBe(expected)
    expect(made.headers.get('location')).toBe('/login')
  })
})

describe('isAnswer', () => {
  it.each([
    [new Redirect('/x'), true],
    [new HttpError(404), true],
    [new HttpError(499), true],
    [new HttpError(500), false],
    [new Error('x'), false],
    [undefined, false],
  ])('of %s is %s', (error, expected) => {
    expect(isAnswer(error)).toBe(expected)
  })
})
