import { isObject, isStreamed, isThenable, type Members } from './plain-values.ts'

/** How many values are looked at before the one who looks is given a pause. */
const STRIDE = 5000

interface Place {
  readonly holder: Members | readonly unknown[]
  readonly keys: readonly string[] | undefined
  at: number
}

/**
 * Finds what has to be waited for, read or closed in a value: promises, and whatever is written as a list of what it
 * gives. Nothing is called: what a getter or `toJSON` would give holds nothing yet. `undefined` is a pause.
 */
export function* findLive(root: unknown): Generator<object | undefined> {
  const places: Place[] = []
  const above = new Set<object>()
  const enter = (value: unknown): object | undefined => {
    if (isThenable(value) || (isStreamed(value) && typeof value !== 'function')) return value
    if (isObject(value) && !above.has(value)) places.push(toPlace(value))
    else return undefined
    above.add(value)
    return undefined
  }
  const found = enter(root)
  if (found) yield found
  for (let looked = 1; places.length > 0; looked++) {
    if (looked % STRIDE === 0) yield undefined
    const place = places.at(-1)
    if (!place) return
    if (place.at === (place.keys ?? place.holder).length) {
      places.pop()
      above.delete(place.holder)
      continue
    }
    const live = enter(memberAt(place))
    if (live) yield live
  }
}

function toPlace(value: Members): Place {
  if (Array.isArray(value)) return { holder: value, keys: undefined, at: 0 }
  return { holder: value, keys: 'toJSON' in value ? [] : Object.keys(value), at: 0 }
}

function memberAt(place: Place): unknown {
  const at = place.at++
  if (Array.isArray(place.holder)) return place.holder[at]
  return Object.getOwnPropertyDescriptor(place.holder, place.keys?.[at] ?? '')?.value
}
