import type { Socket } from 'node:net'
import type { RateSample } from './rate-window.ts'

/**
 * What the operating system has taken of what a socket was given; undefined when nothing is held for the client.
 * `writableLength` falls only when a whole write has left, and one write may be the whole reply: how much of it has
 * left is known to the handle alone, which Node uses for its own time limits. Where that is missing, `writableLength`
 * must do. What waits for a cork is not held for the client.
 */
export function toSample(socket: Socket): RateSample | undefined {
  if (socket.writableLength === 0) return undefined
  const given = socket.bytesWritten
  const counts = toCounts(socket)
  if (!counts) return { given, taken: given - socket.writableLength }
  return counts.taken === counts.given
    ? undefined
    : { given: Math.max(given, counts.given), taken: counts.taken }
}

/** The same, for a socket that node:http2 has taken over: it writes to the handle, past all counts of the socket. */
export function toHandleSample(socket: Socket): RateSample | undefined {
  const counts = toCounts(socket)
  return counts && counts.taken < counts.given ? counts : undefined
}

/** True where TLS holds what it was given although the connection below takes everything: it has lost its peer. */
export function isStuckInTls(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!('encrypted' in socket) || !isCounting(handle)) return false
  const below: unknown = Reflect.get(handle, '_parent')
  return isCounting(below) && handle.writeQueueSize > 0 && below.writeQueueSize === 0
}

// The handle of a TLS socket counts a write as a whole; how much of it has left is known to the one below.
function toCounts(socket: Socket): RateSample | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!isCounting(handle)) return undefined
  const below: unknown = 'encrypted' in socket ? Reflect.get(handle, '_parent') : undefined
  const { bytesWritten, writeQueueSize } = isCounting(below) ? below : handle
  // What TLS holds back is in the queue of its own handle; the two overlap, which does no harm to a comparison.
  const isHeld = writeQueueSize > 0 || handle.writeQueueSize > 0
  const given = isHeld && isCounting(below) ? bytesWritten + handle.writeQueueSize : bytesWritten
  return { given, taken: bytesWritten - writeQueueSize }
}

interface Counting {
  /** Bytes that the handle was given. */
  readonly bytesWritten: number
  /** Those of them that the operating system has not taken. */
  readonly writeQueueSize: number
}

function isCounting(handle: unknown): handle is Counting {
  if (typeof handle !== 'object' || handle === null) return false
  if (!('bytesWritten' in handle && 'writeQueueSize' in handle)) return false
  return typeof handle.bytesWritten === 'number' && typeof handle.writeQueueSize === 'number'
}
