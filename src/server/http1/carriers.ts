import type { Socket } from 'node:net'

/** The socket of TCP below one of TLS, where it is known. */
export const carriers = new WeakMap<Socket, Socket>()
