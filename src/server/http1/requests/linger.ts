import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

/** Milliseconds for which a client may go on sending what nobody reads, and for which it may stop on the way. */
export const LINGER = 30_000
export const SILENCE = 2000

/**
 * Ends a connection behind its last reply. `pending`: the request whose body its client still sends. A close at once would
 * be a reset there, which takes away what the client has yet to read of the reply (RFC 9112 §9.6): it sends the FIN,
 * drops what comes, and closes when the body or the client has ended, when nothing has come for {@link SILENCE}, or after
 * {@link LINGER}.
 */
export function endConnection(socket: Socket, pending: IncomingMessage | undefined): void {
  if (pending) linger(socket, pending)
  else Socket.prototype.destroySoon.call(socket)
}

/** Has node:http end a connection so, which would destroy it. */
export function endGently(socket: Socket, pending: () => IncomingMessage | undefined): void {
  socket.destroySoon = () => endConnection(socket, pending())
}

function linger(socket: Socket, request: IncomingMessage): void {
  if (socket.writableEnded) return
  socket.end()
  request.resume()
  const destroy = () => void socket.destroy()
  let received = socket.bytesRead
  let looks = 0
  const look = () => {
    if (socket.bytesRead === received || ++looks * SILENCE >= LINGER) destroy()
    received = socket.bytesRead
  }
  const timer = setInterval(look, SILENCE).unref()
  request.once('end', destroy)
  socket.once('end', destroy)
  socket.once('close', () => clearInterval(timer))
}
