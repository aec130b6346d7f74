import { describe, expect, it, vi } from 'vitest'
import { Blocks } from '../body/blocks.ts'
import { push, Reply, reply, stream } from './reply.ts'

describe('reply', () => {
  it('is a web Response, buffered', () => {
    const made = reply('x', { status: 201, headers: { a: 'b' } })
    expect(made).toBeInstanceOf(Response)
    expect(made).toMatchObject({ status: 201, ok: true, streaming: false })
    expect(made.headers.get('a')).toBe('b')
    expect(made.blocks.length).toBe(1)
  })

  it('takes a status without a body', () => {
    expect(reply(null, { status: 204 }).body).toBe(null)
    expect(reply('', { status: 304 }).body).toBe(null)
  })

  it.each([[undefined], [1], [true], [{ a: 1 }], [Symbol('x')]])('refuses a body that is %o', (body) => {
    expect(() => Reflect.apply(reply, undefined, [body])).toThrow(/^Cannot send a body that is/)
    expect(() => Reflect.apply(stream, undefined, [body])).toThrow(/^Cannot send a body that is/)
  })

  it('G12: refuses a malformed header and a status that is none', () => {
    expect(() => reply('x', { headers: { a: 'b\r\nc: d' } })).toThrow(TypeError)
    expect(() => reply('x', { status: 700 })).toThrow(RangeError)
  })
})

describe('stream', () => {
  it('is a web Response, streamed, and takes blocks as they are', () => {
    const blocks = new Blocks(['a'])
    const made = stream(blocks)
    expect(made).toBeInstanceOf(Reply)
    expect(made.streaming).toBe(true)
    expect(made.blocks).toBe(blocks)
  })
})

describe('push', () => {
  it('is streamed', () => {
    expect(push(() => {}).streaming).toBe(true)
  })

  it('refuses what is no function', () => {
    expect(() => Reflect.apply(push, undefined, ['x'])).toThrow(/^Cannot push a string \(x\)/)
  })
})

describe('leadTo', () => {
  it('G3: changes the head of the copy too, made true again, until that has gone out', () => {
    const made = stream(['x'], { headers: { a: 'b' } })
    const copy = stream(['y'], { headers: { a: 'b', c: 'd' } })
    made.leadTo(copy, (headers) => headers.delete('content-length'))
    made.headers.set('a', 'e')
    made.headers.append('a', 'f')
    made.headers.delete('c')
    made.headers.set('content-length', '1')
    made.setStatus(201)
    expect(Object.fromEntries(made.headers)).toEqual({ a: 'e, f', 'content-length': '1' })
    expect([Object.fromEntries(copy.headers), copy.status]).toEqual([{ a: 'e, f' }, 201])
    copy.headers.set('a', 'own')
    expect(made.headers.get('a')).toBe('e, f')
    copy.commit()
    expect(() => made.headers.set('a', 'g')).toThrow('G3: Cannot change the header a')
    expect(() => made.setStatus(202)).toThrow('G3')
    expect([made.headers.get('a'), made.status]).toEqual(['e, f', 201])
  })

  it('leaves text alone, which may be sent again', () => {
    const made = stream('x')
    const copy = stream('y')
    made.leadTo(copy, () => {})
    made.headers.set('a', 'b')
    expect(copy.headers.has('a')).toBe(false)
  })
})

describe('outgoing', () => {
  it('is the reply that is about to be sent, itself or a copy of a copy', () => {
    const [first, second, third] = [stream(['x']), stream(['y']), stream(['z'])]
    first.leadTo(second, () => {})
    second.leadTo(third, () => {})
    expect(first.outgoing).toBeUndefined()
    third.claim()
    expect([first.outgoing, second.outgoing, third.outgoing]).toEqual([third, third, third])
    expect(stream(['x']).outgoing).toBeUndefined()
  })
})

describe('setStatus', () => {
  it('changes the status until the head goes out', () => {
    const made = reply('x', { status: 200, statusText: 'Fine' })
    made.setStatus(404)
    expect(made).toMatchObject({ status: 404, ok: false, statusText: '' })
    made.setStatus(202)
    expect(made).toMatchObject({ status: 202, ok: true })
    expect(made.clone().status).toBe(202)
    expect(new Response(made.body, made).status).toBe(202)
  })

  it.each([100, 199, 600, 200.5, Number.NaN])('refuses %s', (status) => {
    expect(() => reply('x').setStatus(status)).toThrow(/^Cannot set the status to/)
  })
})

describe('commit', () => {
  it('G3: makes every later change to the head an error', () => {
    const made = reply('x', { headers: { a: 'b' } })
    made.commit()
    expect(() => made.setStatus(201)).toThrow(
      'G3: Cannot change the status to 201: the head has gone out with 200',
    )
    expect(() => made.headers.set('a', 'c')).toThrow('G3: Cannot change the header a')
    expect(() => made.headers.append('c', 'd')).toThrow('G3')
    expect(() => made.headers.delete('a')).toThrow('G3')
    expect([...made.headers.entries()].filter(([name]) => name === 'a')).toEqual([['a', 'b']])
    expect(made.status).toBe(200)
  })
})

it('G7: warns once of a body that a status cannot have', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  reply(null, { status: 204 })
  expect(warn).not.toHaveBeenCalled()
  reply('text', { status: 304 })
  stream(['text'], { status: 204 })
  expect(warn.mock.calls.map((call) => call[0])).toEqual([
    'A reply of status 304 has no body: what is given is dropped, and closed',
  ])
  warn.mockRestore()
})

it.each([
  ['a malformed header', { headers: { a: 'b\r\nc' } }],
  ['a status that is none', { status: 99 }],
  ['an option that there is not', { comit: 'now' }],
  ['a body that its status cannot have', { status: 205 }],
])('G5: closes the source of a reply that cannot be made: %s', async (_, init) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const source = { *[Symbol.iterator]() {}, close: () => resolve() }
  expect(() => Reflect.apply(stream, undefined, [source, init])).toThrow(/./)
  await promise
})

it('takes status 205 with no body', () => {
  expect(reply(null, { status: 205 }).status).toBe(205)
})
