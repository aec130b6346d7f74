import { describe, expect, it } from 'vitest'
import { Reply } from '../reply/reply.ts'
import { toReply } from './to-reply.ts'

describe('toReply', () => {
  it('passes a Response on, of whatever kind', () => {
    const response = new Response('x')
    expect(toReply(response, true)).toBe(response)
    expect(toReply(response, false)).toBe(response)
  })

  it.each([
    ['text', 'text', false],
    ['bytes', Buffer.from('x'), false],
    ['null', null, false],
    ['a list', ['a', 'b'], true],
    ['a generator', ['a'].values(), true],
    ['a web stream', ReadableStream.from(['a']), true],
  ])('takes %s as a body, streamed where that is asked and it is a source', (_, body, isSource) => {
    expect(toReply(body, false)).toMatchObject({ streaming: false, status: 200 })
    expect(toReply(body, true)).toMatchObject({ streaming: isSource })
    expect(toReply(body, true)).toBeInstanceOf(Reply)
  })

  it('refuses nothing at all, and what cannot be sent [FLK-019]', () => {
    const answers: unknown[] = [undefined, 1, true, { a: 1 }, new Map([['a', 1]]).get('b')]
    for (const answer of answers) {
      expect(() => Reflect.apply(toReply, undefined, [answer, false])).toThrow(TypeError)
    }
    expect(() => Reflect.apply(toReply, undefined, [undefined, false])).toThrow(
      /^Cannot send what the handler returned: it returned nothing/,
    )
  })
})

it('toReply takes a Response of another class than the global one', () => {
  const native = globalThis.Response
  const own = new native('own')
  try {
    globalThis.Response = class Replaced extends native {}
    expect(toReply(own, false)).toBe(own)
  } finally {
    globalThis.Response = native
  }
})
