import type { Socket } from 'node:net'
import { carriers } from './carriers.ts'

/**
 * Breaks a connection off so that a body that is ended by closing does not look complete. Not one that has begun to end:
 * libuv refuses to reset it, and Node never lets go of its handle then. TLS has no reset of its own: below it there is one.
 *
 * To call it there by itself takes the process along (a segmentation fault in all of Node 22 to 26.10, where TLS is in the
 * middle of something). So it is only marked, as it marks itself, for the moment when TLS closes it.
 */
export function resetSocket(socket: Socket): void {
  const isEnding = socket.writableEnded || socket.destroyed
  if (!isEnding && !('encrypted' in socket)) return void socket.resetAndDestroy()
  const carrier = carriers.get(socket)
  if (!isEnding && carrier && !carrier.destroyed) Object.assign(carrier, { resetAndClosing: true })
  socket.destroy()
}
