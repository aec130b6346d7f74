import type { Socket } from 'node:net'

const TEXT = 'This port speaks TLS: use https\n'

// Milliseconds that the client has to take it, and to end.
const LIMIT = 1000

/** Tells a client that speaks plain HTTP to a port of TLS what to do, and ends the connection. */
export function refusePlain(socket: Socket): void {
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/plain;charset=UTF-8',
    `Content-Length: ${TEXT.length}`,
    'Connection: close',
  ]
  const timer = setTimeout(() => socket.destroy(), LIMIT)
  socket.on('close', () => clearTimeout(timer))
  socket.end(`${head.join('\r\n')}\r\n\r\n${TEXT}`)
  // What is not read would make a reset of the end, and that takes the answer along.
  socket.resume()
}
