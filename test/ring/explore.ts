// Takes every interleaving of threads that stop before each of their steps, and tells the first that goes wrong.
import type { Step, Steps } from './step-machine.ts'

/** Threads at their beginning, with the state that they share. */
export interface World {
  threads: readonly Steps<void>[]
  /** What the threads share, and what of theirs lasts from one call to the next, as text. */
  toKey: () => string
  /** Throws when the state in which all threads have ended is not the one to be reached. */
  checkEnd: () => void
}

export interface Explored {
  states: number
  /** Ways from the beginning to an end that differ in some state. */
  runs: number
  /** What went wrong, with the steps that led there. */
  fault?: string
}

/** Threads call this through their steps: a thread between two calls has no local state that matters. */
export const between: Step = { name: 'between', run: () => undefined }

const mostSteps = 2000

interface Running {
  world: World
  next: IteratorResult<Step, void>[]
  /** What each thread's steps gave since it was last between two calls. */
  given: string[]
  /** How often each thread was between two calls. */
  calls: number[]
  path: number[]
}

/** Explores depth first: a state that was reached before is not gone into again. */
export function explore(begin: () => World): Explored {
  const seen = new Set<string>()
  const waiting: number[][] = [[]]
  let runs = 0
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    let running: Running | undefined
    try {
      running = replay(begin(), path)
      goOn(running, seen, waiting)
      runs++
    } catch (error) {
      const steps = running ? running.path : path
      return { states: seen.size, runs, fault: `${String(error)}\n${describePath(begin, steps)}` }
    }
  }
  return { states: seen.size, runs }
}

function replay(world: World, path: readonly number[]): Running {
  const next = world.threads.map((thread) => thread.next())
  const running: Running = {
    world,
    next,
    given: next.map(() => ''),
    calls: next.map(() => 0),
    path: [],
  }
  next.forEach((_, thread) => settle(running, thread))
  for (const thread of path) take(running, thread)
  return running
}

/** Goes forward from here with the first thread that can, and leaves the ways of the others for later. */
function goOn(running: Running, seen: Set<string>, waiting: number[][]): void {
  for (;;) {
    const key = toKey(running)
    if (seen.has(key)) return
    seen.add(key)
    const ready = running.next.flatMap((step, thread) => (canGo(step) ? [thread] : []))
    const [first, ...others] = ready
    if (first === undefined) return checkEnd(running)
    for (const thread of others) waiting.push([...running.path, thread])
    if (running.path.length > mostSteps) throw new Error('it does not come to an end')
    take(running, first)
  }
}

function canGo(step: IteratorResult<Step, void>): boolean {
  return step.done !== true && (step.value.isReady?.() ?? true)
}

function take(running: Running, thread: number): void {
  const step = running.next[thread]
  const machine = running.world.threads[thread]
  if (!step || step.done === true || !machine)
    throw new Error('Cannot take a step of a thread that has ended')
  running.path.push(thread)
  const result = step.value.run()
  running.given[thread] += `${String(result)},`
  running.next[thread] = machine.next(result)
  settle(running, thread)
}

// What a thread does alone between two calls is not a step: nobody else can see it.
function settle(running: Running, thread: number): void {
  let step = running.next[thread]
  while (step?.done !== true && step?.value === between) {
    running.given[thread] = ''
    running.calls[thread] = (running.calls[thread] ?? 0) + 1
    step = running.world.threads[thread]?.next()
    if (step) running.next[thread] = step
  }
}

function toKey({ world, given, calls }: Running): string {
  return `${world.toKey()}|${given.join('|')}|${calls.join()}`
}

function checkEnd({ next, world }: Running): void {
  const asleep = next.flatMap((step) => (step.done === true ? [] : [step.value.name]))
  if (asleep.length > 0) throw new Error(`nobody goes on: ${asleep.join(', ')}`)
  world.checkEnd()
}

function describePath(begin: () => World, path: readonly number[]): string {
  const running = replay(begin(), [])
  return path
    .map((thread) => {
      const step = running.next[thread]
      const name = step?.done === true ? '' : (step?.value.name ?? '')
      try {
        take(running, thread)
      } catch (error) {
        return `${thread}: ${name} throws ${String(error)}`
      }
      return `${thread}: ${name}`
    })
    .join('\n')
}
