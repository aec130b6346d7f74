import { expect, it } from 'vitest'
import { Night } from './night.ts'

const never = new AbortController().signal
const places = () => [[0, 0, 1000] as const]

it('Night shows a picture of now, however long the last one took, the same to everybody', async () => {
  let time = 0
  const night = new Night({ places, stopping: never, every: 1, now: () => time })
  const [one, other] = [night.pictures(never), night.pictures(never)]
  const first = (await one.next()).value
  expect(first).toMatchObject({ type: 'image/png' })
  expect((await other.next()).value?.body).toBe(first?.body)
  expect(night.watching).toBe(2)
  time = 50
  const second = (await one.next()).value
  expect(second?.body).not.toBe(first?.body)
  expect(night.picture()).toBe(second?.body)
  await one.return()
  await other.return()
  expect(night.watching).toBe(0)
})

it.each(['client leaves', 'server stops'])('Night ends while it waits when the %s', async (which) => {
  const [leaving, stopping] = [new AbortController(), new AbortController()]
  const night = new Night({ places, stopping: stopping.signal, every: 3_600_000 })
  const pictures = night.pictures(leaving.signal)
  await pictures.next()
  const waiting = pictures.next()
  if (which === 'client leaves') leaving.abort()
  else stopping.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(night.watching).toBe(0)
})

it('Night gives a picture for each hour of a day, drawn when it is asked for', async () => {
  const night = new Night({ places, stopping: never })
  const names: string[] = []
  const pictures = new Set<unknown>()
  let pauses = 0
  for await (const { name, body, modified } of night.hours(async () => pauses++)) {
    expect(pauses).toBe(names.length)
    expect(new Date(Number(modified)).toISOString()).toContain(`T${name.slice(6, 8)}:00:00.000Z`)
    names.push(name)
    pictures.add(body)
  }
  expect([names[0], names.at(-1)]).toEqual(['night/00.00.png', 'night/23.00.png'])
  expect([names.length, pictures.size, pauses]).toEqual([24, 24, 23])
})
