import type { Socket } from 'node:net'

/**
 * Breaks a connection off so that a body that is ended by closing does not look complete. Not one that has begun to end:
 * libuv refuses to reset it, and Node never lets go of its handle then. Nor one of TLS, which has no reset of its own.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded || 'encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}
