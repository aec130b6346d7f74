// A plain port for HTTP/1.x and for HTTP/2 with prior knowledge (RFC 9113 §3.3), as a proxy in front speaks it.
import type { Server as NetServer, Socket } from 'node:net'
import { FirstBytes } from './first-bytes.ts'
import type { Entrance, Protocols } from './entrance.ts'

/** How a connection of HTTP/2 begins (RFC 9113 §3.4); no request of HTTP/1.x does. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

// Milliseconds in which a client must begin, as for its head.
const LIMIT = 15_000

/** A plain port whose clients say with their first bytes what they speak. */
export class H2cEntrance implements Entrance {
  readonly #firstBytes: FirstBytes

  constructor({ http1, http2 }: Protocols, limit = LIMIT) {
    const choose = (bytes: Buffer) => {
      const isWhole = bytes.length >= PREFACE.length
      if (isPreface(bytes) && !isWhole) return undefined
      const protocol = isPreface(bytes) ? (http2 ?? http1) : http1
      return (socket: Socket, used: number) => protocol.take(socket, used)
    }
    this.#firstBytes = new FirstBytes({ choose, limit })
  }

  get server(): NetServer {
    return this.#firstBytes.server
  }

  drop(): void {
    this.#firstBytes.drop()
  }
}

// So far.
function isPreface(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, PREFACE.length)
  return PREFACE.compare(bytes, 0, length, 0, length) === 0
}
