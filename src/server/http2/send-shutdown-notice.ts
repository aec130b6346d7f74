import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'

// RFC 9113 §6.8: GOAWAY that refuses nothing yet, the last stream being 2^31-1.
const NOTICE = Buffer.of(0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0)

/**
 * Tells a client that its connection is about to end, so that it sends no more requests; those that are on their way are
 * taken. node:http2 cannot: nghttp2 ignores every stream that comes after a GOAWAY of its own, whatever that says. So the
 * frame is written past it, between two of its frames. False where that is not possible: behind TLS, to a client that
 * does not read, on a system whose sockets are no descriptors. Such a client is told once, which of its requests were
 * taken, and may send the others elsewhere.
 */
export function sendShutdownNotice(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, '_handle')
  if ('encrypted' in socket || !isIdleDescriptor(handle)) return false
  try {
    if (writeSync(handle.fd, NOTICE) === NOTICE.length) return true
    // A part of a frame cannot be followed by anything.
    socket.destroy()
  } catch {
    // It is full, or gone: its `close` tells that.
  }
  return false
}

function isIdleDescriptor(handle: unknown): handle is { fd: number } {
  if (typeof handle !== 'object' || handle === null) return false
  if (!('fd' in handle && 'writeQueueSize' in handle)) return false
  return typeof handle.fd === 'number' && handle.fd >= 0 && handle.writeQueueSize === 0
}
