import { describe, expect, it, vi } from 'vitest'
import { HttpError } from '../../reply/http-error.ts'
import { formatFields, type RequestRecord } from './records.ts'
import { ThreadRequest } from './thread-request.ts'

function setUp(more: Partial<RequestRecord> = {}) {
  const record: RequestRecord = {
    arrivedAt: 0,
    method: 'POST',
    version: '1.1',
    secure: false,
    takesTrailers: false,
    isNext: true,
    hasBody: true,
    remoteAddress: '127.0.0.1',
    remotePort: 4711,
    peerAddress: '10.0.0.1',
    authority: 'example.com:81',
    target: '/a?b=c',
    fields: '',
    ...more,
  }
  const read = vi.fn<() => Promise<Uint8Array | undefined>>()
  const hint = vi.fn<(links: readonly string[]) => void>()
  return { read, hint, request: new ThreadRequest(record, { delivery: 'turn', read, hint }) }
}

describe('ThreadRequest', () => {
  it('says what the request says', () => {
    const { request } = setUp()
    expect(request).toMatchObject({ method: 'POST', target: '/a?b=c' })
    expect(request.origin()).toBe('http://example.com:81')
    expect(request.transport).toEqual({
      protocol: 'HTTP/1.1',
      secure: false,
      remoteAddress: '127.0.0.1',
      remotePort: 4711,
      peerAddress: '10.0.0.1',
      asynchronous: true,
      delivery: 'turn',
    })
  })

  it('gives one field by its name, the first of several', () => {
    const fields = ['Host', 'x-id', 'X-Id', 'one', 'x-id', 'two', 'x-empty', '']
    const { request } = setUp({ fields: formatFields(fields) })
    expect(request.field('x-id')).toBe('one')
    expect(request.field('x-empty')).toBe('')
    expect(request.field('x-other')).toBe(undefined)
  })

  it('says so of HTTP/1.0 and of a connection that is encrypted', () => {
    const { request } = setUp({
      version: '1.0',
      secure: true,
      remoteAddress: undefined,
      remotePort: undefined,
    })
    expect(request.origin()).toBe('https://example.com:81')
    expect(request.transport).toMatchObject({ protocol: 'HTTP/1.0', secure: true })
    expect(request.transport.remoteAddress).toBeUndefined()
  })

  it('gives its fields as headers, each call as an object of its own', () => {
    const fields = formatFields([
      'X-A',
      'caf\u00e9',
      'x-a',
      '2',
      'Cookie',
      'a=1',
      'cookie',
      'b=2',
      'x-empty',
      '',
    ])
    const { request } = setUp({ fields })
    const headers = request.headers()
    expect([...headers]).toEqual([
      ['cookie', 'a=1; b=2'],
      ['x-a', 'caf\u00e9, 2'],
      ['x-empty', ''],
    ])
    headers.delete('x-a')
    expect(request.headers().has('x-a')).toBe(true)
    expect([...setUp().request.headers()]).toEqual([])
  })

  it('has no body where the request has none', () => {
    expect(setUp({ hasBody: false }).request.body()).toBeNull()
  })

  it('asks for a piece of the body when it is read, not before', async () => {
    const { request, read } = setUp()
    const body = request.body()?.getReader()
    await Promise.resolve()
    expect(read).not.toHaveBeenCalled()
    for (const [index, text] of ['one', 'two'].entries()) {
      read.mockResolvedValueOnce(Buffer.from(text))
      expect(String((await body?.read())?.value)).toBe(text)
      expect(read).toHaveBeenCalledTimes(index + 1)
    }
    read.mockResolvedValueOnce(undefined)
    expect(await body?.read()).toEqual({ done: true, value: undefined })
    expect(read).toHaveBeenCalledTimes(3)
  })

  it('fails the body with what the reading fails with', async () => {
    const { request, read } = setUp()
    const error = new HttpError(413)
    read.mockRejectedValueOnce(error)
    await expect(request.body()?.getReader().read()).rejects.toBe(error)
  })

  it('hands early hints on, but to no client of HTTP/1.0', () => {
    const { request, hint } = setUp()
    request.earlyHints(['</a.css>; rel=preload'])
    expect(hint.mock.calls).toEqual([[['</a.css>; rel=preload']]])
    const old = setUp({ version: '1.0' })
    old.request.earlyHints(['</a.css>; rel=preload'])
    expect(old.hint).not.toHaveBeenCalled()
  })
})
