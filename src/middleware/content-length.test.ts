import { describe, expect, it, vi } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import type { Replyable } from '../gateway/handler.ts'
import { reply, stream } from '../reply/reply.ts'
import { contentLength } from './content-length.ts'

async function run(answer: Replyable, method = 'GET'): Promise<Response> {
  const response = await contentLength()(() => answer)(createContext(method, '/'))
  if (!(response instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
  return response
}

const lengthOf = async (answer: Replyable, method?: string) =>
  (await run(answer, method)).headers.get('content-length')

function toSource(next: () => IteratorResult<string>): Iterable<string> {
  return { [Symbol.iterator]: () => ({ next }) }
}

describe('contentLength', () => {
  it.each([
    ['text', 'hällo', '6'],
    ['bytes', new Uint8Array(3), '3'],
    ['nothing', null, '0'],
    ['a list', ['a', 'bc'], '3'],
    ['a generator', ['a', 'bc'].values(), '3'],
    ['a Blob', new Blob(['abcd']), '4'],
  ])('tells the length of buffered %s [DJG-049]', async (_, body, length) => {
    expect(await lengthOf(body)).toBe(length)
  })

  it('sends what it has counted', async () => {
    expect(await (await run(['a', 'bc'])).text()).toBe('abc')
  })

  it('leaves a stream alone [DJG-049, GAP-018]', async () => {
    const next = vi.fn<() => IteratorResult<string>>()
    const made = stream(toSource(next))
    expect(await run(made)).toBe(made)
    expect(made.headers.has('content-length')).toBe(false)
    expect(next).not.toHaveBeenCalled()
    const response = new Response('x')
    expect(await run(response)).toBe(response)
  })

  it('never overwrites a length, and tells none where there is no body [DJG-049, WKZ-014]', async () => {
    expect(await lengthOf(reply('abc', { headers: { 'content-length': '3' } }))).toBe('3')
    expect(await lengthOf(reply(null, { status: 204 }))).toBeNull()
    expect(await lengthOf(reply(null, { status: 304 }))).toBeNull()
  })

  it('G7: makes no body for HEAD', async () => {
    const source = vi.fn(() => ['a'])
    expect(await lengthOf(reply(source), 'HEAD')).toBeNull()
    expect(source).not.toHaveBeenCalled()
    expect(await lengthOf('abc', 'HEAD')).toBe('3')
  })
})
