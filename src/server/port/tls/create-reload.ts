import { describeValue } from '../../../body/block.ts'
import { readTls } from './read-tls.ts'
import {
  isTlsCertificate,
  type TlsCertificate,
  type TlsOptions,
  type TlsPlan,
  type TlsSettings,
} from './tls-options.ts'

type Reload = (certificate?: TlsCertificate) => Promise<void>

/**
 * Makes what a server reloads its certificate with: another one, or the one it has, read again. One after the other,
 * so that the last one asked for stays. One that cannot be used is refused before anybody is told.
 */
export function createReload(first: TlsOptions, take: (plan: TlsPlan) => Promise<void>): Reload {
  let current = first
  let last: Promise<void> = Promise.resolve()
  const reload = async (certificate: TlsCertificate | undefined) => {
    const options = certificate ? { ...toSettings(first), ...certificate } : current
    await take(await readTls(options))
    current = options
  }
  return async (certificate) => {
    check(certificate)
    const reloaded = last.then(() => reload(certificate))
    last = reloaded.catch(() => {})
    await reloaded
  }
}

// What is not of the certificate stays.
function toSettings({ minVersion, handshakeTimeout, http2 }: TlsOptions): TlsSettings {
  return {
    ...(minVersion && { minVersion }),
    ...(handshakeTimeout && { handshakeTimeout }),
    ...(http2 !== undefined && { http2 }),
  }
}

function check(certificate: unknown): void {
  if (certificate === undefined || isTlsCertificate(certificate)) return
  const what = '{ key, cert } as PEM, or { keyFile, certFile }, with ca or passphrase; or nothing'
  throw new TypeError(`Cannot reload the certificate ${describeValue(certificate)}: give ${what}`)
}
