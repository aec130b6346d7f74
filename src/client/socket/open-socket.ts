import { connect, type Socket } from 'node:net'
import type { ConnectionTimes } from '../connection.ts'
import { ReadingClock } from './reading-clock.ts'
import { toConnectError } from './to-connect-error.ts'

/** A socket that is connected, and encrypted where the URL says so. */
export interface OpenSocket {
  readonly socket: Socket
  readonly clock: ReadingClock
  readonly times: ConnectionTimes
  /** What the server speaks: with TLS it has chosen it. */
  readonly chosen: 'HTTP/1.1' | 'HTTP/2'
}

/** Connects to the host of a URL. Who has opened the socket destroys it; a signal that aborts before gives its reason. */
export async function openSocket(url: URL, signal: AbortSignal): Promise<OpenSocket> {
  const started = performance.now()
  signal.throwIfAborted()
  // A server that has ended its side may still be told of a reset by a write, see the connection.
  const socket = connect({ ...toAddress(url), allowHalfOpen: true, noDelay: true })
  // Nobody else listens until the connection has its owner.
  socket.on('error', () => {})
  await whenOpen(socket, 'connect', signal).catch((error: unknown) => {
    throw toConnectError(error, url)
  })
  const times = { started, connected: performance.now(), secured: undefined }
  return { socket, clock: new ReadingClock(socket), times, chosen: 'HTTP/1.1' }
}

/** The host and port that a URL names. */
export function toAddress(url: URL): { host: string; port: number } {
  const usual = url.protocol === 'https:' ? 443 : 80
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? usual : Number(url.port) }
}

/** Resolves with an event of a socket; rejects with its error, its close, or the reason of the signal, and destroys it then. */
export function whenOpen(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(signal.reason)
  const onClose = (): void => reject(new Error('The connection was closed'))
  socket.once(event, resolve).once('error', reject).once('close', onClose)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return promise
    .catch((error: unknown) => {
      socket.destroy()
      throw error
    })
    .finally(() => {
      signal.removeEventListener('abort', onAbort)
      socket.off(event, resolve).off('error', reject).off('close', onClose)
    })
}
