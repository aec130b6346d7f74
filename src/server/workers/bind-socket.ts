// A socket that is bound and that nobody accepts from in this process: its workers do.
import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { explainListenError } from '../port/explain-listen-error.ts'

/** A bound socket, which its owner has to close. */
export interface BoundSocket {
  readonly port: number
  readonly fd: number
  close(): void
}

/**
 * Binds a socket to a port, and does not listen.
 * @throws Error when the port is taken or cannot be, or where processes cannot share a socket.
 */
export async function bindSocket({ hostname, port }: Address): Promise<BoundSocket> {
  try {
    const { address, family } = await lookup(hostname)
    return bind({ hostname: address, port }, family)
  } catch (error) {
    throw error instanceof Error ? explainListenError(error, hostname, port) : error
  }
}

interface Address {
  hostname: string
  port: number
}

function bind(address: Address, family: number): BoundSocket {
  // Since Node 24.19 and 26.4; before them only the function by which Node's own cluster does it.
  const isOpen = 'BoundSocket' in net && 'fd' in net.BoundSocket.prototype
  const bound = isOpen ? bindOpenly(address) : bindBefore(address, family)
  if (bound.fd >= 0) return bound
  bound.close()
  throw new Error('processes cannot share a socket on this system; serve without `workers`')
}

function bindOpenly({ hostname, port }: Address): BoundSocket {
  const socket = new net.BoundSocket({ host: hostname, port })
  return { port: socket.address().port, fd: socket.fd(), close: () => socket.close() }
}

/** A server handle of Node's, as its cluster module makes them. */
interface Handle {
  readonly fd: number
  getsockname(address: { port?: number }): number
  close(): void
}

/** Binds as Node's cluster module does, for a Node without `net.BoundSocket`. */
export function bindBefore({ hostname, port }: Address, family: number): BoundSocket {
  const create: unknown = Reflect.get(net, '_createServerHandle')
  if (typeof create !== 'function') {
    throw new TypeError(`Node ${process.version} cannot bind a socket for workers; take a newer one`)
  }
  const handle: unknown = create(hostname, port, family)
  if (!isHandle(handle)) throw toSystemError(Number(handle))
  const address: { port?: number } = {}
  // A port that is in use is told only now.
  const errno = handle.getsockname(address)
  if (errno === 0) return { port: address.port ?? port, fd: handle.fd, close: () => handle.close() }
  handle.close()
  throw toSystemError(errno)
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'getsockname' in value && 'fd' in value
}

function toSystemError(errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`bind ${code}`), { code, errno, syscall: 'bind' })
}
