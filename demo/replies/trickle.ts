import { setTimeout } from 'node:timers/promises'
import type { CityRecord } from '../cities/city-store.ts'

export interface TrickleOptions {
  /** Waits for the next city; 80 ms by default, so that a person sees each of them come. */
  readonly pause?: () => Promise<unknown>
}

/** A city, and when it was handed over, in milliseconds since 1970. */
export type SentCity = CityRecord & { readonly sentAt: number }

/** Cities one by one with a pause between two of them, each with its time, so that a client can tell how late it is. */
export async function* trickle(
  found: Iterable<readonly CityRecord[]>,
  { pause = () => setTimeout(80) }: TrickleOptions = {},
): AsyncGenerator<SentCity, void, undefined> {
  let isFirst = true
  for (const batch of found) {
    for (const city of batch) {
      if (!isFirst) await pause()
      isFirst = false
      yield { ...city, sentAt: Date.now() }
    }
  }
}
