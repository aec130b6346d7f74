import type { Socket } from 'node:net'

/**
 * Calls back once when the server has ended its side of a connection. `sign` is what may be written then without any effect:
 * where the end was a reset in truth, writing it makes the socket tell an error, and nobody is called.
 */
export function onEnded(socket: Socket, sign: Uint8Array, tell: () => void): void {
  socket.once('end', () => {
    if (!endsMayBeResets) return tell()
    socket.write(sign, (error) => {
      if (!error) tell()
    })
  })
}

// libuv tells a reset that comes together with the last bytes as an end there. A write still tells the two apart.
const endsMayBeResets = process.versions.node.startsWith('22.')
