import type { Socket } from 'node:net'
import { formatError } from '../http1/requests/answer-parse-error.ts'

/** Answers where there is no request to answer, as HTTP/1.1 does, and ends the connection. */
export function refuseSocket(socket: Socket, status: number, text: string): void {
  if (socket.writable) socket.write(formatError(status, text))
  socket.destroySoon()
}
