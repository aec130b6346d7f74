import type { ServerResponse } from 'node:http'

/**
 * Ends a response, with its last bytes if there are any, and calls back when all of it is with the operating system.
 * Never calls back when the connection is gone first: its `close` tells that.
 */
export function endResponse(
  nodeResponse: ServerResponse,
  bytes: Uint8Array | undefined,
  ended: () => void,
): void {
  const { socket } = nodeResponse.req
  // node:http calls back with an error when the socket is destroyed, and on Node 22 without one.
  nodeResponse.end(bytes, (error?: Error | null) => {
    if (!error && !socket.destroyed) ended()
  })
}
