import { expect, it } from 'vitest'
import { trickle } from './trickle.ts'

it('trickle gives the first city at once, and waits before each of the others, but not for the end', async () => {
  const pauses: PromiseWithResolvers<void>[] = []
  const pause = (): Promise<void> => {
    const waiting = Promise.withResolvers<void>()
    pauses.push(waiting)
    return waiting.promise
  }
  const cities = trickle([[{ name: 'Lyon' }, { name: 'Paris' }], [], [{ name: 'Èze' }]], { pause })
  const before = Date.now()
  const { value } = await cities.next()
  expect(value).toEqual({ name: 'Lyon', sentAt: expect.any(Number) })
  expect(value?.sentAt).toBeGreaterThanOrEqual(before)
  for (const [index, name] of ['Paris', 'Èze'].entries()) {
    const next = cities.next()
    expect(pauses).toHaveLength(index + 1)
    pauses[index]?.resolve()
    expect((await next).value).toMatchObject({ name })
  }
  expect(await cities.next()).toEqual({ done: true, value: undefined })
  expect(pauses).toHaveLength(2)
})

it('trickle closes what it reads when nobody wants more', async () => {
  let isClosed = false
  function* found() {
    try {
      yield [{ name: 'Lyon' }, { name: 'Paris' }]
    } finally {
      isClosed = true
    }
  }
  const cities = trickle(found(), { pause: async () => undefined })
  await cities.next()
  await cities.return()
  expect(isClosed).toBe(true)
})
