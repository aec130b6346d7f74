import { readdirSync, readFileSync } from 'node:fs'

/** CPU seconds by the part that a thread plays. */
export interface ThreadTimes {
  /** The main thread: handlers and sources. */
  application: number
  /** Worker threads: for millrace, the transmitter. */
  transmitter: number
  /** What the runtime uses for itself: garbage, compilation. */
  runtime: number
}

// The names that Node.js gives to threads of its own.
const runtimeNames = /^(?:node-|libuv|V8|DelayedTask|SignalInsp|WatchdogThread)/

/** What the threads of a Node.js process have used, or undefined where the system does not tell. */
export function threadTimes(pid: number): ThreadTimes | undefined {
  const times = { application: 0, transmitter: 0, runtime: 0 }
  try {
    for (const id of readdirSync(`/proc/${pid}/task`)) times[partOf(pid, id)] += secondsOf(pid, id)
    return times
  } catch {
    return undefined
  }
}

/** How busy each part was between two readings, 0 to 1. */
export function shareTimes(
  before: ThreadTimes | undefined,
  after: ThreadTimes | undefined,
  seconds: number,
): ThreadTimes | undefined {
  if (before === undefined || after === undefined) return undefined
  return {
    application: (after.application - before.application) / seconds,
    transmitter: (after.transmitter - before.transmitter) / seconds,
    runtime: (after.runtime - before.runtime) / seconds,
  }
}

function partOf(pid: number, id: string): keyof ThreadTimes {
  if (id === String(pid)) return 'application'
  const name = readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8')
  return runtimeNames.test(name) ? 'runtime' : 'transmitter'
}

// The first field of schedstat is the time on a CPU in nanoseconds; stat has hundredths of a second only.
function secondsOf(pid: number, id: string): number {
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1e9
}
