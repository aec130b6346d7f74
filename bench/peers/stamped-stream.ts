import type { Socket } from 'node:net'
import { machineTime } from '../servers/stamped-sources.ts'
import { openStream, type Target } from './read-stream.ts'

/** When a block was yielded, and when it came to the client, in milliseconds of `machineTime`. */
export interface Arrival {
  yielded: number
  arrived: number
}

/** Opens a stream and gives every line with its time to `take`; the caller destroys the socket. */
export async function openLines(
  target: Target,
  take: (line: string, arrived: number) => void,
): Promise<Socket> {
  const socket = await openStream(target)
  let rest = ''
  socket.on('data', (piece) => {
    const arrived = machineTime()
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line, arrived)
  })
  return socket
}

/** Opens a stream and gives every stamped block to `take`; the caller destroys the socket. */
export function openStamped(target: Target, take: (arrival: Arrival) => void): Promise<Socket> {
  return openLines(target, (line, arrived) => {
    // Other lines are of the head and of the framing.
    if (line.startsWith('@')) take({ yielded: Number(line.slice(1)), arrived })
  })
}

/** Reads so many blocks and leaves; fails when the stream ends before, or takes longer than a minute. */
export async function readStamped(target: Target, count: number): Promise<Arrival[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Arrival[]>()
  const arrivals: Arrival[] = []
  const socket = await openStamped(target, (arrival) => {
    if (arrivals.push(arrival) === count) resolve(arrivals)
  })
  const fail = () => {
    reject(new Error(`Cannot read on: ${arrivals.length} of ${count} blocks of ${target.path} came`))
  }
  const timer = setTimeout(fail, 60_000)
  socket.once('close', fail)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}
