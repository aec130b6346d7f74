import { expect, it } from 'vitest'
import { sse, type SseSource } from './sse.ts'

const sources: [string, () => SseSource][] = [
  ['a list', () => ['a', 'b']],
  ['a generator', () => 'ab'[Symbol.iterator]()],
  ['a generator function', () => () => ['a', 'b']],
  [
    'an async generator function',
    () =>
      async function* () {
        yield 'a'
        yield 'b'
      },
  ],
  ['a web stream', () => ReadableStream.from(['a', 'b'])],
]

it.each(sources)('sse sends the events of %s', async (_, make) => {
  expect(await sse(make()).text()).toBe('data: a\n\ndata: b\n\n')
})

it('sse is a web Response that tells its type', () => {
  const reply = sse([])
  expect(reply).toBeInstanceOf(Response)
  expect(reply.headers.get('content-type')).toBe('text/event-stream')
})

it('sse tells when to come back before it asks for the first event', async () => {
  expect(await sse(['a'], { retry: 2000 }).text()).toBe('retry: 2000\n\ndata: a\n\n')
})

it('sse refuses what gives no events, and says what to do', () => {
  const wrong = JSON.parse('["text",5,null,{}]')
  for (const events of wrong) expect(() => sse(events)).toThrow('give a list or another iterable of events')
  const promised: unknown = Promise.resolve([])
  expect(() => Reflect.apply(sse, undefined, [promised])).toThrow('await it first')
})

it('G5: sse closes its source when an option is wrong', async () => {
  let closed = 0
  const events = {
    *[Symbol.iterator]() {},
    close: () => closed++,
  }
  expect(() => sse(events, { retry: -1 })).toThrow(RangeError)
  await Promise.resolve()
  expect(closed).toBe(1)
})
