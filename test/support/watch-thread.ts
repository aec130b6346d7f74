// Loaded with --import, which every thread of a server does: only a thread itself can collect its garbage, and only it
// knows what it still waits for.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ThreadQuestion } from './thread-question.ts'

/** What a thread still holds, after a garbage collection. */
export interface Held {
  readonly memory: number
  readonly sockets: number
  /** All that it would wait for, but for timers. */
  readonly handles: number
}

const timers = new Set(['Timeout', 'Immediate'])

function held(): Held {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  const handles = process.getActiveResourcesInfo().filter((name) => !timers.has(name))
  return {
    memory: heapUsed + external,
    sockets: handles.filter((name) => name === 'TCPSocketWrap').length,
    handles: handles.length,
  }
}

const question = new ThreadQuestion('held', held)

/** Collects the garbage of all threads, and says what is left in all of them together. */
export async function heldByAll(): Promise<Held> {
  const all = await question.ask()
  return all.reduce((sum, one) => ({
    memory: sum.memory + one.memory,
    sockets: sum.sockets + one.sockets,
    handles: sum.handles + one.handles,
  }))
}

/** The same when nothing more comes of collecting: what was let go of in one round is garbage in the next. */
export async function heldAtRest(): Promise<Held> {
  for (let rounds = 0; rounds < 4; rounds++) {
    await heldByAll()
    await nextTurn()
  }
  return heldByAll()
}
