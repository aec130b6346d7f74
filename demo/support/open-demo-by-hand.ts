import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseSync } from 'node:sqlite'
import { serve } from 'millrace'
import { cityPlaces } from '../cities/city-places.ts'
import { CityStore } from '../cities/city-store.ts'
import { fillCities } from '../cities/fill-cities.ts'
import { Night } from '../pictures/night.ts'
import { Board } from '../replies/board.ts'
import { Clock } from '../replies/clock.ts'
import { createRoutes } from '../routes.ts'
import { Pauses } from './pauses.ts'
import { sampleCities } from './sample-cities.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** The demo with a few cities, in which nothing moves but by hand: its pauses, the time of its picture, its board. */
export async function openDemoByHand() {
  const folder = new TemporaryFolder()
  await fillCities(folder.file('cities.sqlite'), sampleCities(5_000))
  const cities = new CityStore(new DatabaseSync(folder.file('cities.sqlite'), { readOnly: true }))
  const aborting = new AbortController()
  const stopping = aborting.signal
  const hand = { pauses: new Pauses(), time: 0 }
  // A reply keeps to the pauses of its request: one that was left may not take those of the next.
  const own = new AsyncLocalStorage<Pauses>()
  const pause = async () => own.getStore()?.pause()
  const clock = new Clock({ stopping, every: 5 })
  const board = new Board({ stopping, every: 3_600_000 })
  const places = () => cityPlaces(cities)
  const night = new Night({ stopping, every: 20, now: () => hand.time, places })
  const server = await serve({
    routes: createRoutes({ cities, clock, board, night, pause }),
    use: [(handler) => (context) => own.run(hand.pauses, () => handler(context))],
    report: () => undefined,
  })
  const close = async () => {
    aborting.abort()
    await server.close({ grace: 0 })
    cities.close()
    folder[Symbol.dispose]()
  }
  return { cities, clock, board, night, hand, url: server.url, close }
}
