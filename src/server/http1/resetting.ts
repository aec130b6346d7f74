import type { Socket } from 'node:net'

/** Sockets that are about to be reset: whoever would end them leaves that alone, as an end looks complete. */
export const resetting = new WeakSet<Socket>()
