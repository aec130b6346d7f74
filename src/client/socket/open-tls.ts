import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { ConnectError, type ClientProtocol, type ConnectOptions } from '../connection.ts'
import { toAddress, whenOpen, type OpenSocket } from './open-socket.ts'
import { toTlsError } from './to-tls-error.ts'

/** Agrees on TLS with the server of a URL over a socket that is connected to it. */
export async function openTls(
  below: OpenSocket,
  url: URL,
  { protocol, ca, insecure, signal }: TlsOptions,
): Promise<OpenSocket> {
  const { host } = toAddress(url)
  let socket
  try {
    checkCertificates(ca, url)
    socket = connect({
      socket: below.socket,
      host,
      // RFC 6066 §3: an address is no name of a server.
      ...(isIP(host) ? {} : { servername: host }),
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : Buffer.from(ca) }),
      rejectUnauthorized: insecure !== true,
      ALPNProtocols: toNames(protocol),
    })
    socket.on('error', () => {})
    await whenOpen(socket, 'secureConnect', signal)
  } catch (error) {
    below.socket.destroy()
    throw toTlsError(error, url)
  }
  const chosen = socket.alpnProtocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'
  if (protocol === 'HTTP/2' && chosen !== 'HTTP/2') {
    socket.destroy()
    throw new ConnectError(
      'protocol',
      `Cannot connect to ${url.host}: the server does not speak HTTP/2 over TLS`,
    )
  }
  return { ...below, socket, times: { ...below.times, secured: performance.now() }, chosen }
}

/** The parts of the options that TLS needs. */
export interface TlsOptions extends Pick<ConnectOptions, 'protocol' | 'ca' | 'insecure'> {
  readonly signal: AbortSignal
}

function toNames(protocol: ClientProtocol | undefined): string[] {
  if (protocol === undefined) return ['h2', 'http/1.1']
  return protocol === 'HTTP/2' ? ['h2'] : ['http/1.1']
}

// OpenSSL passes over what is no certificate, and would then say that the server's is not trusted.
function checkCertificates(ca: TlsOptions['ca'], url: URL): void {
  if (ca === undefined || Buffer.from(ca).includes('-----BEGIN CERTIFICATE-----')) return
  throw new ConnectError(
    'tls',
    `Cannot connect to ${url.host}: what is given to trust holds no certificate in PEM`,
  )
}
