import { setTimeout } from 'node:timers/promises'
import type { CityRecord } from '../cities/city-store.ts'

export interface LateOptions {
  /** Waits for the next part; 600 ms by default, so that a person sees the document grow. */
  readonly pause?: () => Promise<unknown>
}

/** A document whose parts come late, one after the other, and stand where they belong all the same. */
export function lateDocument(
  cities: Iterable<readonly CityRecord[]>,
  { pause = () => setTimeout(600) }: LateOptions = {},
): object {
  return {
    first: 'there at once',
    answer: pause().then(() => ({ late: true, value: 42 })),
    *list() {
      yield* ['no', 'waiting', 'here']
    },
    async *cities() {
      for (const batch of cities) {
        for (const { name, country, population } of batch) {
          await pause()
          yield { name, country, population }
        }
      }
    },
    last: pause().then(() => 'waited for all the others'),
  }
}
