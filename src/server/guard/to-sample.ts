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
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!isCounting(handle)) return { given, taken: given - socket.writableLength }
  const { bytesWritten, writeQueueSize } = handle
  return writeQueueSize === 0 ? undefined : { given, taken: bytesWritten - writeQueueSize }
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
