// HTTP/2 and HTTP/1.1 over TLS, by what the client and the server agree on in the handshake (ALPN, RFC 7301).
import type { Server as NetServer, Socket } from 'node:net'
import { createServer, type Server as TlsServer, type TLSSocket } from 'node:tls'
import { carriers } from '../../http1/carriers.ts'
import { LONGEST_TIMER } from '../../../reply/reply-options.ts'
import type { Entrance, Protocols } from '../entrance.ts'
import { EntryWatch } from '../entry-watch.ts'
import { FirstBytes } from '../first-bytes.ts'
import { toContextOptions } from './read-tls.ts'
import { refusePlain } from './refuse-plain.ts'
import type { TlsPlan } from './tls-options.ts'

/** A port whose connections are encrypted. */
export class TlsEntrance implements Entrance {
  readonly #tls: TlsServer
  readonly #firstBytes: FirstBytes
  // Connections that are not encrypted yet, by the address of their clients.
  readonly #shaking = new Map<string, Socket>()
  readonly #watch: EntryWatch

  constructor(plan: TlsPlan, { http1, http2 }: Protocols) {
    this.#tls = createServer({
      ...toContextOptions(plan),
      ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      // Its clock would begin with the first byte.
      handshakeTimeout: LONGEST_TIMER,
    })
    this.#watch = new EntryWatch(plan.handshakeTimeout)
    this.#tls.on('secureConnection', (socket: TLSSocket) => {
      const address = toAddress(socket)
      const carrier = this.#shaking.get(address)
      if (carrier) {
        carriers.set(socket, carrier)
        this.#watch.forget(carrier)
      }
      this.#shaking.delete(address)
      socket.allowHalfOpen = true
      const protocol = socket.alpnProtocol === 'h2' ? (http2 ?? http1) : http1
      protocol.take(socket)
    })
    // Whoever does not get as far is no fault.
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy())
    this.#firstBytes = new FirstBytes({
      choose: ([first = 0]) => (isLetter(first) ? refusePlain : (socket, used) => this.#shake(socket, used)),
      limit: plan.handshakeTimeout,
    })
  }

  get server(): NetServer {
    return this.#firstBytes.server
  }

  drop(): void {
    this.#firstBytes.drop()
    this.#watch.drop()
  }

  reload(plan: TlsPlan): void {
    this.#tls.setSecureContext(toContextOptions(plan))
  }

  #shake(socket: Socket, used: number): void {
    const address = toAddress(socket)
    // Nobody completes a handshake who has closed his side.
    socket.allowHalfOpen = false
    this.#shaking.set(address, socket)
    this.#watch.watch(socket, used)
    socket.on('close', () => {
      this.#watch.forget(socket)
      if (this.#shaking.get(address) === socket) this.#shaking.delete(address)
    })
    this.#tls.emit('connection', socket)
  }
}

// A request begins with a method, a handshake with 22 (RFC 8446 §5.1).
function isLetter(byte: number): boolean {
  return byte >= 65 && byte <= 90
}

function toAddress({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
