import { expect, it } from 'vitest'
import { type Channel, channel } from './channel.ts'

async function collect(news: Channel, lastEventId?: string): Promise<string> {
  let text = ''
  for await (const block of news.subscribe({ lastEventId })) text += String(block)
  return text
}

it('channel sends an event to every reader, the same bytes', async () => {
  const news = channel()
  const readers = [news.subscribe(), news.subscribe(), news.subscribe()]
  await Promise.all(readers.map((reader) => reader.next()))
  expect(news.readers).toBe(3)
  const waiting = readers.map((reader) => reader.next())
  const id = news.send({ event: 'tick', data: { n: 1 } })
  const steps = await Promise.all(waiting)
  expect(String(steps[0]?.value)).toBe(`id: ${id}\nevent: tick\ndata: {"n":1}\n\n`)
  expect(new Set(steps.map(({ value }) => value)).size).toBe(1)
})

it('channel tells a reader that comes for the first time its place, so that it can come back', async () => {
  const news = channel()
  const before = news.send('before')
  const subscription = news.subscribe()
  news.send('after')
  news.close()
  const { value: place } = await subscription.next()
  expect(String(place)).toBe(`id: ${before}\n\n`)
  const text = await collect(news, before)
  expect(text).toMatch(/^id: \S+-2\ndata: after\n\n$/)
})

it('channel tells a reader whose place is gone that it is gone, with the place that it has now', async () => {
  const news = channel({ replay: { events: 2 }, resetEvent: 'start-over' })
  const ids = ['a', 'b', 'c', 'd'].map((id) => news.send({ id, data: id }))
  news.close()
  expect(ids).toEqual(['a', 'b', 'c', 'd'])
  expect(await collect(news, 'a')).toBe('event: start-over\nid: d\ndata: gone\n\n')
  expect(await collect(news, 'of another process')).toBe('event: start-over\nid: d\ndata: gone\n\n')
  expect(await collect(news, 'b')).toBe('id: c\ndata: c\n\nid: d\ndata: d\n\n')
  expect(await collect(news, 'd')).toBe('')
})

it('channel with replayToNew gives a new reader, and one whose place is gone, all that is kept', async () => {
  const news = channel({ replay: { events: 2 }, replayToNew: true })
  for (const id of ['a', 'b', 'c', 'd']) news.send({ id, data: id })
  news.close()
  const events = 'id: c\ndata: c\n\nid: d\ndata: d\n\n'
  expect(await collect(news)).toBe(`id: b\n\n${events}`)
  expect(await collect(news, 'gone')).toBe(`event: reset\nid: b\ndata: gone\n\n${events}`)
})

it('channel without replay still knows whether a reader has missed anything', async () => {
  const news = channel({ replay: false })
  const first = news.send('a')
  const last = news.send('b')
  news.close()
  expect(await collect(news, last)).toBe('')
  expect(await collect(news, first)).toBe(`event: reset\nid: ${last}\ndata: gone\n\n`)
})

it('channel joins a reader at the moment in which it comes, whenever that one begins to read', async () => {
  const news = channel()
  const ids = ['a', 'b', 'c'].map((data) => news.send(data))
  const subscription = news.subscribe({ lastEventId: ids[0] })
  news.send({ id: 'd', data: 'd' })
  news.close({ id: 'e', data: 'e' })
  let text = ''
  for await (const block of subscription) text += String(block)
  const seen = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id)
  expect(seen).toEqual([ids[1], ids[2], 'd', 'e'])
})

it('channel sends nobody anything of an event that cannot be sent', async () => {
  const news = channel()
  expect(() => news.send({ event: 'a\nb', data: 'x' })).toThrow('G12')
  const last: unknown = Promise.resolve()
  expect(() => Reflect.apply(news.close, news, [last])).toThrow('await it')
  expect(news.isClosed).toBe(false)
  news.send('good')
  news.close()
  expect(await collect(news, 'none')).toMatch(/^event: reset\nid: \S+-1\n/)
})

it('channel that is closed sends no more, and ends whoever comes', async () => {
  const news = channel()
  news.send('a')
  news.close({ event: 'bye' })
  news.close({ event: 'again' })
  expect(news.isClosed).toBe(true)
  expect(() => news.send('b')).toThrow('Cannot send an event: the channel is closed')
  const text = await news.open().text()
  expect(text).toMatch(/^id: \S+-2\n\n$/)
})

it('Channel.open is a reply of events, with the options of sse()', async () => {
  const news = channel()
  news.send({ id: 'a', data: 'a' })
  news.send({ id: 'b', data: 'b' })
  news.close()
  const reply = news.open({ lastEventId: 'a' }, { retry: 100, headers: { 'x-own': '1' } })
  expect(reply.headers.get('content-type')).toBe('text/event-stream')
  expect(reply.headers.get('x-own')).toBe('1')
  expect(await reply.text()).toBe('retry: 100\n\nid: b\ndata: b\n\n')
  expect(() => news.open({}, { retry: -1 })).toThrow(RangeError)
})

it('Channel.flush resolves when every reader that reads has been given what was sent', async () => {
  const news = channel()
  const reader = news.subscribe()
  await reader.next()
  let given = ''
  const waiting = reader.next().then(({ value }) => (given = String(value)))
  news.send('a')
  expect(given).toBe('')
  await news.flush()
  expect(given).toContain('data: a')
  await waiting
  await news.flush()
  await reader.return()
})

it('channel replays to a reader that was sent away for its lag what it has missed, unless told to keep less', async () => {
  const news = channel({ policy: 'disconnect' })
  const subscription = news.subscribe()
  await subscription.next()
  const place = news.send('seen')
  await subscription.next()
  const missed = Array.from({ length: 1001 }, (_, number) => news.send(String(number)))
  expect((await subscription.next()).done).toBe(true)
  news.close()
  const ids = [...(await collect(news, place)).matchAll(/^id: (.*)$/gm)].map(([, id]) => id)
  expect(ids).toEqual(missed)
})
