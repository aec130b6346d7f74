import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { channel } from './channel.ts'
import { Subscription } from './subscription.ts'

it('Subscription gives events until it is left', async () => {
  const news = channel()
  const subscription = news.subscribe()
  expect(subscription).toBeInstanceOf(Subscription)
  news.send({ id: 'a', data: 'x' })
  const texts: string[] = []
  for await (const block of subscription) {
    texts.push(String(block))
    if (texts.length === 2) break
  }
  expect(texts[1]).toBe('id: a\ndata: x\n\n')
  expect(news.readers).toBe(0)
})

it('Subscription ends when its signal is aborted, before, while it waits, and after', async () => {
  const news = channel()
  const aborted = news.subscribe({ signal: AbortSignal.abort() })
  expect((await aborted.next()).done).toBe(true)
  const controller = new AbortController()
  const subscription = news.subscribe({ signal: controller.signal })
  await subscription.next()
  const waiting = subscription.next()
  expect(news.readers).toBe(1)
  controller.abort()
  expect((await waiting).done).toBe(true)
  expect((await subscription.next()).done).toBe(true)
  expect(news.readers).toBe(0)
})

it('Subscription gives each that asks ahead an event of its own, in order, and the end to those that are left', async () => {
  const news = channel()
  const subscription = news.subscribe()
  await subscription.next()
  const asked = [1, 2, 3].map(() => subscription.next())
  news.send({ id: 'a', data: 'x' })
  expect(String((await asked[0])?.value)).toBe('id: a\ndata: x\n\n')
  news.send({ id: 'b', data: 'y' })
  expect(String((await asked[1])?.value)).toBe('id: b\ndata: y\n\n')
  await subscription.return()
  expect((await asked[2])?.done).toBe(true)
})

it('Subscription lets go of its signal when it is over', async () => {
  const news = channel()
  const { signal } = new AbortController()
  const subscription = news.subscribe({ signal })
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await subscription.return()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
