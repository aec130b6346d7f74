import { once } from 'node:events'
import { connect } from 'node:net'
import { addressOf, type Target } from './read-stream.ts'

/** How long a new connection took, in milliseconds. */
export interface Probe {
  /** Until the system had made it: the system does that without the server. */
  connect: number
  /** Until the server had taken it and answered; Infinity when it did not. */
  answer: number
}

/**
 * Opens a connection and sends what is no request. The side of a server that reads connections refuses
 * that by itself, so the answer does not wait for a handler. Gives up when `signal` aborts.
 */
export async function probeConnection(target: Pick<Target, 'origin'>, signal: AbortSignal): Promise<Probe> {
  const start = performance.now()
  const socket = connect(addressOf(target))
  let connected = Infinity
  try {
    await once(socket, 'connect', { signal })
    connected = performance.now() - start
    socket.write('this is no request\r\n\r\n')
    await once(socket, 'data', { signal })
    return { connect: connected, answer: performance.now() - start }
  } catch {
    return { connect: connected, answer: Infinity } // given up, or closed without a word
  } finally {
    socket.destroy()
  }
}
