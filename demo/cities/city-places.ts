import type { CityStore } from './city-store.ts'

/** Where each city is, and how many people live there: degrees north, degrees east, people. */
export function* cityPlaces(
  cities: CityStore,
): Generator<readonly [number, number, number], void, undefined> {
  for (const batch of cities.records({})) {
    for (const { latitude, longitude, population } of batch) {
      yield [Number(latitude), Number(longitude), Number(population)]
    }
  }
}
