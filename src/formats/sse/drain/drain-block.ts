import { type Block, describeValue } from '../../../body/block.ts'
import { formatEvent, type SseItem } from '../format-event.ts'

/** Milliseconds after which a client comes back, or from how many to how many, or false for nothing of it. */
export type DrainRetry = number | readonly [least: number, most: number] | false

const USUAL = [1000, 5000] as const

/**
 * The least and the most of it.
 * @throws RangeError or TypeError for what is neither milliseconds nor two of them.
 */
export function checkDrainRetry(retry: DrainRetry = USUAL): readonly [number, number] | false {
  if (retry === false) return false
  const range = typeof retry === 'number' ? ([retry, retry] as const) : retry
  if (isRange(range)) return range
  throw new RangeError(
    `Cannot use drainRetry ${describeValue(retry)}: give whole milliseconds, two of them as [least, most], or false`,
  )
}

function isRange(range: unknown): range is readonly [number, number] {
  if (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isInteger)) return false
  return range[0] >= 0 && range[0] <= range[1]
}

/** What a stream of events ends with when the server drains; undefined where it never does. */
export function toDrainBlock(
  retry: readonly [number, number] | false,
  lastEvent: (() => SseItem | undefined) | undefined,
): (() => Block | undefined) | undefined {
  if (lastEvent !== undefined && typeof lastEvent !== 'function') {
    throw new TypeError(`Cannot use lastEvent: it is ${describeValue(lastEvent)}; give a function`)
  }
  if (!retry && !lastEvent) return undefined
  if (retry === USUAL && !lastEvent) return formatUsualRetry
  return () => {
    const event = lastEvent?.()
    if (event === undefined && !retry) return undefined
    return (event === undefined ? '' : formatEvent(event)) + (retry ? formatRetry(retry) : '')
  }
}

// One for all replies that have the usual: another for each would be kept as long as it lasts.
function formatUsualRetry(): string {
  return formatRetry(USUAL)
}

function formatRetry([least, most]: readonly [number, number]): string {
  return formatEvent({ retry: least + Math.floor(Math.random() * (most - least + 1)) })
}
