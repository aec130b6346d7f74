import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Protocol } from './test-client.ts'

const certificates = new URL('certificates/', import.meta.url)

/** A key and a certificate for localhost and 127.0.0.1. */
export const testCertificate = {
  key: readFileSync(new URL('one.key.pem', certificates)),
  cert: readFileSync(new URL('one.cert.pem', certificates)),
}

/** True for a protocol that is encrypted. */
export function isSecure(protocol: Protocol): boolean {
  return protocol.endsWith('TLS')
}

/** True for a protocol that has streams and frames. */
export function isHttp2(protocol: Protocol): boolean {
  return protocol === 'h2c' || protocol === 'HTTP/2, TLS'
}

/** Opens a connection of this protocol to a server on this machine; with TLS, to one of {@link testCertificate}. */
export function connectClient(port: number, protocol: Protocol = 'HTTP/1.1'): Socket {
  const host = '127.0.0.1'
  if (!isSecure(protocol)) return connect({ port, host })
  const wanted = isHttp2(protocol) ? 'h2' : 'http/1.1'
  const socket = connectTls({
    port,
    host,
    servername: 'localhost',
    ca: testCertificate.cert,
    ALPNProtocols: [wanted],
  })
  socket.on('secureConnect', () => {
    if (socket.alpnProtocol === wanted) return
    socket.destroy(
      new Error(`The server speaks ${socket.alpnProtocol || 'nothing'}, and ${wanted} was wanted`),
    )
  })
  return socket
}
