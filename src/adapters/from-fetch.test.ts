import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { RequestContext } from '../context/request-context.ts'
import { type Fetch, fromFetch } from './from-fetch.ts'

function createContext(method: string, target: string, text?: string): RequestContext {
  return new RequestContext({
    method,
    target,
    transport: {
      protocol: 'HTTP/1.1',
      secure: false,
      remoteAddress: undefined,
      remotePort: undefined,
      peerAddress: undefined,
      asynchronous: false,
      delivery: 'block',
    },
    origin: () => 'http://example.com',
    headers: () => new Headers({ 'x-name': 'value' }),
    body: () => (text === undefined ? null : ReadableStream.from([Buffer.from(text)])),
  })
}

describe('fromFetch', () => {
  it('gives an application the request of the context, and its answer back as it is', () => {
    const response = new Response('x')
    const fetch = vi.fn<Fetch>(() => response)
    const context = createContext('GET', '/a?b=c')
    expect(fromFetch(fetch)(context)).toBe(response)
    expect(fetch).toHaveBeenCalledExactlyOnceWith(context.request)
  })

  it('passes on a promise, and what it rejects with', async () => {
    const error = new Error('no')
    await expect(fromFetch(() => Promise.reject(error))(createContext('GET', '/'))).rejects.toBe(error)
  })

  it('runs an application made with Hono, unchanged', async () => {
    const app = new Hono()
    app.post('/echo/:name', async ({ req }) => {
      return new Response(`${req.param('name')} ${req.header('x-name')} ${await req.text()}`, { status: 201 })
    })
    const answer = await fromFetch((request) => app.fetch(request))(
      createContext('POST', '/echo/ana', 'hello'),
    )
    if (!(answer instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
    expect(answer.status).toBe(201)
    expect(await answer.text()).toBe('ana value hello')
  })
})
