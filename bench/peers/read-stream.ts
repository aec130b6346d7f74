import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A path of a server that listens on `origin`. */
export interface Target {
  origin: string
  path: string
}

/** Reads a stream as fast as it comes and leaves after so many bytes; fails when it ends before. */
export async function readStream(target: Target, bytes: number): Promise<void> {
  let left = bytes
  // One buffer for all that arrives, so that the reader is not the slower side.
  const onread = { buffer: Buffer.alloc(1 << 20), callback: take }
  const socket: Socket = connect({ ...addressOf(target), onread })
  function take(size: number): boolean {
    left -= size
    if (left <= 0) socket.destroy()
    return left > 0
  }
  socket.write(requestOf(target))
  await once(socket, 'close')
  if (left > 0) throw new Error(`Cannot read ${bytes} bytes of ${target.path}: it ended ${left} bytes before`)
}

/** Asks for a stream and reads nothing but its beginning; the caller destroys the socket. */
export async function stallStream(target: Target): Promise<Socket> {
  const socket = await openStream(target)
  await once(socket, 'readable')
  return socket
}

/** Opens streams and waits for the first block of each; the caller destroys the sockets. */
export async function openIdleStreams(target: Target, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(50, count - sockets.length) }, () => openIdleStream(target))
    sockets.push(...(await Promise.all(some)))
  }
  return sockets
}

async function openIdleStream(target: Target): Promise<Socket> {
  const socket = await openStream(target)
  await new Promise<void>((resolve, reject) => {
    let text = ''
    socket.on('data', (piece) => {
      text += piece
      if (text.includes('first\n')) resolve()
    })
    socket.once('close', () => reject(new Error(`Cannot keep ${target.path} open: the server closed it`)))
  })
  return socket
}

/** Asks for a stream; the caller reads it and destroys the socket. */
export async function openStream(target: Target): Promise<Socket> {
  const socket = connect(addressOf(target))
  await once(socket, 'connect')
  socket.on('error', () => {}) // a server that is stopped resets its connections
  socket.write(requestOf(target))
  return socket
}

/** Where to connect to. */
export function addressOf({ origin }: Pick<Target, 'origin'>): { host: string; port: number } {
  const { hostname, port } = new URL(origin)
  return { host: hostname, port: Number(port) }
}

function requestOf({ path }: Target): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
}
