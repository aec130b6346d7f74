import { type Ending, endingOf, endings } from '../ending-of.ts'
import { knownMethod } from '../known-method.ts'
import { Tally } from './tally.ts'
import type { ReplyTimes, WatchedEnd } from '../watched-replies.ts'

/** What is counted for one method of one route. */
export class RouteCounts {
  readonly method: string
  readonly route: string
  bytes = 0
  blocks = 0
  readonly firstBlock: Tally
  readonly duration: Tally
  readonly wait: Tally
  readonly ends = new Map<number, EndCount>()

  constructor(method: string, route: string, bounds: readonly number[]) {
    this.method = method
    this.route = route
    this.firstBlock = new Tally(bounds)
    this.duration = new Tally(bounds)
    this.wait = new Tally(bounds)
  }
}

/** How many replies of a route have ended in one way. */
export interface EndCount {
  readonly status: number
  readonly outcome: Ending
  readonly protocol: string
  count: number
}

const protocols = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0']

/** The counts of all routes. What a client may choose is never a label: there are as many series as the server has routes. */
export class ReplyCounts {
  readonly #bounds: readonly number[]
  readonly #routes = new Map<string, Map<string, RouteCounts>>()

  /** `bounds`: seconds, in rising order. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  /** Counts a reply that has ended. */
  add(times: ReplyTimes, end: WatchedEnd, now: number): void {
    const { request, startedAt, firstBlockAt, waited } = times
    const counts = this.#countsOf(request.method, end.route ?? '')
    counts.bytes += end.outcome.bytes
    counts.blocks += end.outcome.blocks
    if (firstBlockAt > 0) counts.firstBlock.observe((firstBlockAt - startedAt) / 1000)
    counts.duration.observe((now - startedAt) / 1000)
    counts.wait.observe(waited / 1000)
    endCountOf(counts, end, request.protocol).count++
  }

  *all(): Generator<RouteCounts> {
    for (const routes of this.#routes.values()) yield* routes.values()
  }

  clear(): void {
    this.#routes.clear()
  }

  #countsOf(method: string, route: string): RouteCounts {
    const name = knownMethod(method, 'other')
    let byMethod = this.#routes.get(route)
    if (!byMethod) this.#routes.set(route, (byMethod = new Map()))
    let counts = byMethod.get(name)
    if (!counts) byMethod.set(name, (counts = new RouteCounts(name, route, this.#bounds)))
    return counts
  }
}

function endCountOf({ ends }: RouteCounts, { outcome, status = 0 }: WatchedEnd, protocol: string): EndCount {
  const ending = endingOf(outcome)
  const key =
    (status * protocols.length + protocols.indexOf(protocol)) * endings.length + endings.indexOf(ending)
  const known = ends.get(key)
  if (known) return known
  const made: EndCount = { status, outcome: ending, protocol, count: 0 }
  ends.set(key, made)
  return made
}
