import { connect, type ClientHttp2Session } from 'node:http2'
import { ConnectError, type Connection } from '../connection.ts'
import { toConnectError } from '../socket/to-connect-error.ts'
import type { OpenSocket } from '../socket/open-socket.ts'
import { describeForeign } from './describe-foreign.ts'
import { FrameWatcher } from './frame-watcher.ts'
import { Http2Connection } from './http2-connection.ts'
import { WatchedSocket } from './watched-socket.ts'

/** Bytes of one reply that may be under way while its listener is paused. */
const STREAM_WINDOW = 1 << 20

const CONNECTION_WINDOW = 1 << 24

// Node keeps a head of more than 64 KiB to itself by default; whether it is too large is for the server to say.
const MOST_HEAD = 1 << 24

/** Begins HTTP/2 on a socket that is open: resolves when the server has sent its settings. */
export async function openHttp2(opened: OpenSocket, url: URL, signal: AbortSignal): Promise<Connection> {
  const started = Promise.withResolvers<void>()
  const fail = (text: string): void =>
    started.reject(new ConnectError('protocol', `Cannot connect to ${url.host}: ${text}`))
  const connection = startHttp2(opened, url, fail)
  const { session } = connection
  const onAbort = (): void => started.reject(signal.reason)
  session.once('remoteSettings', () => started.resolve())
  session.once('error', started.reject)
  session.once('close', () =>
    fail('the server ended the connection after the first bytes of HTTP/2. Ask with HTTP/1.1'),
  )
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    await started.promise
    return connection
  } catch (error) {
    connection.close()
    throw toConnectError(error, url)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function startHttp2(opened: OpenSocket, url: URL, fail: (text: string) => void): Http2Connection {
  let opening: Buffer | undefined = Buffer.alloc(0)
  const watcher = new FrameWatcher((frame) => connection.watch(frame))
  const watch = (bytes: Buffer): void => {
    if (opening) opening = opening.length < 9 ? Buffer.concat([opening, bytes]) : undefined
    const foreign = opening && describeForeign(opening)
    if (foreign === undefined) watcher.push(bytes, opened.clock.read())
    else fail(foreign)
  }
  const socket = new WatchedSocket(opened.socket, watch, () => connection.finish())
  const connection = new Http2Connection(opened, openSession(url, socket))
  return connection
}

function openSession(url: URL, socket: WatchedSocket): ClientHttp2Session {
  const session = connect(url.origin, {
    createConnection: () => socket,
    maxHeaderListPairs: 4096,
    maxSendHeaderBlockLength: MOST_HEAD,
    maxSessionMemory: 64,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: 256 * 1024 },
  })
  session.on('error', () => {})
  session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW))
  return session
}
