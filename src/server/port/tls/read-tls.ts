import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { toError } from '../../../delivery/errors.ts'
import type { TlsOptions, TlsPlan } from './tls-options.ts'

/**
 * Reads the key and the certificate, and checks that a server can use them.
 * @throws Error that names the option, and says what to do.
 */
export async function readTls(options: TlsOptions): Promise<TlsPlan> {
  const { ca, passphrase, minVersion = 'TLSv1.2', handshakeTimeout = 10_000, http2 = true } = options
  const [key, cert] = await Promise.all([
    readOne('key', options.key, options.keyFile),
    readOne('cert', options.cert, options.certFile),
  ])
  const plan = {
    key: key.text,
    cert: cert.text,
    ca: ca === undefined ? undefined : [ca].flat().map(toText),
    passphrase,
    minVersion,
    handshakeTimeout,
    http2,
  }
  checkPair(key, cert, passphrase)
  // OpenSSL lets pass what it cannot read here.
  for (const text of plan.ca ?? []) parseCertificate({ name: '`tls.ca`', text })
  checkContext(plan)
  return plan
}

/** What OpenSSL is given for each connection. */
export function toContextOptions({ key, cert, ca, passphrase, minVersion }: TlsPlan) {
  return { key, cert, minVersion, ...(ca && { ca }), ...(passphrase !== undefined && { passphrase }) }
}

interface Pem {
  /** The option that it comes from. */
  readonly name: string
  readonly text: string
}

async function readOne(
  option: 'key' | 'cert',
  value: string | Uint8Array | undefined,
  path: string | URL = '',
): Promise<Pem> {
  if (value !== undefined) return { name: `\`tls.${option}\``, text: toText(value) }
  const name = `\`tls.${option}File\` ${path instanceof URL ? path.pathname : path}`
  try {
    return { name, text: await readFile(path, 'latin1') }
  } catch (cause) {
    const { message } = toError(cause)
    const isMissing = message.startsWith('ENOENT')
    const why = isMissing ? 'there is no such file; give the path of a file in PEM' : message
    throw new Error(`Cannot read ${name}: ${why}`, { cause })
  }
}

// PEM is ASCII.
function toText(pem: string | Uint8Array): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
}

function checkPair(key: Pem, cert: Pem, passphrase: string | undefined): void {
  const certificate = parseCertificate(cert)
  if (certificate.checkPrivateKey(parseKey(key, passphrase))) return
  const whose = certificate.subject?.replaceAll('\n', ', ') ?? 'nobody'
  throw new Error(
    `Cannot use ${key.name}: it does not fit the certificate of ${cert.name} for ${whose}; ` +
      'give the key that the certificate was made with, and put the certificate of the server first',
  )
}

function parseCertificate({ name, text }: Pem): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (cause) {
    const what = 'give text that begins with -----BEGIN CERTIFICATE-----'
    throw new Error(`Cannot use ${name}: it holds no certificate in PEM; ${what}`, { cause })
  }
}

function parseKey({ name, text }: Pem, passphrase: string | undefined): KeyObject {
  const isEncrypted = /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text)
  try {
    return createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) })
  } catch (cause) {
    const what = 'it holds no private key in PEM; give text like -----BEGIN PRIVATE KEY-----'
    const how = passphrase === undefined ? 'is missing' : 'does not open it'
    const why = isEncrypted ? `it is encrypted, and \`tls.passphrase\` ${how}; give the right one` : what
    throw new Error(`Cannot use ${name}: ${why}`, { cause })
  }
}

function checkContext(plan: TlsPlan): void {
  try {
    createSecureContext(toContextOptions(plan))
  } catch (cause) {
    throw new Error(`Cannot use \`tls\`: OpenSSL refuses it: ${toError(cause).message}`, { cause })
  }
}
