import { ConnectError, type ConnectFault } from '../connection.ts'
import { readError } from './to-connect-error.ts'

/** Makes of what went wrong while TLS was agreed on an error that says what to do. */
export function toTlsError(error: unknown, url: URL): ConnectError {
  if (error instanceof ConnectError) return error
  const { code, message } = readError(error)
  const [fault, text]: Fault = faults[code] ?? ['tls', `TLS failed: ${toReason(error) ?? message}`]
  const full = text.replaceAll('{host}', url.hostname).replaceAll('{names}', toNames(message))
  return new ConnectError(fault, `Cannot connect to ${url.host}: ${full}`, { cause: error })
}

type Fault = readonly [fault: ConnectFault, text: string]

/** The names that a certificate is for, out of the message of Node. */
function toNames(message: string): string {
  return /cert's (?:altnames|CN|list): (.*)$/.exec(message)?.[1]?.replace(/\.$/, '') ?? 'others'
}

// The message of OpenSSL begins with the place in its sources.
function toReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('reason' in error) || typeof error.reason !== 'string') return undefined
  return error.reason
}

const trust = 'Trust it with --ca (option ca), or take any certificate with --insecure (option insecure)'
const anyway = 'To go on all the same, take any certificate with --insecure (option insecure)'
const selfSigned: Fault = ['tls', `the server's certificate is self-signed. ${trust}`]
const unknownIssuer: Fault = [
  'tls',
  `nobody who is trusted here has issued the server's certificate. ${trust}`,
]
const plain: Fault = ['tls', 'the server does not speak TLS on this port. Ask with http: in place of https:']
const version: Fault = ['tls', 'the server speaks no version of TLS that this side does']
const refused: Fault = [
  'tls',
  'the server refused the handshake: it knows none of our ciphers, or wants a certificate from us',
]

const faults: Readonly<Record<string, Fault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: selfSigned,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  CERT_HAS_EXPIRED: ['tls', `the server's certificate has expired. ${anyway}`],
  CERT_NOT_YET_VALID: [
    'tls',
    `the server's certificate is not valid yet. Is the clock of this machine right? ${anyway}`,
  ],
  CERT_REVOKED: ['tls', `the server's certificate was revoked. ${anyway}`],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls',
    `the server's certificate is not for {host}, but for {names}. ${anyway}`,
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: plain,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plain,
  ERR_SSL_RECORD_LAYER_FAILURE: plain,
  ERR_SSL_BAD_RECORD_TYPE: plain,
  ERR_SSL_HTTP_REQUEST: plain,
  ERR_SSL_UNSUPPORTED_PROTOCOL: version,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: version,
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': refused,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: refused,
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: ['tls', 'the server knows no host of the name {host}'],
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: [
    'protocol',
    'the server does not speak the protocol that was asked for over TLS. Ask without naming one',
  ],
  ECONNRESET: [
    'tls',
    'the server ended the connection while TLS was agreed on. If it does not speak TLS on this port, ask with http:',
  ],
}
