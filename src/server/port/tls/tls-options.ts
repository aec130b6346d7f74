import { LONGEST_TIMER } from '../../../reply/reply-options.ts'

/** A certificate and its key, as PEM or as the paths of files in PEM. */
export interface TlsCertificate {
  /** The private key; or `keyFile`. */
  key?: string | Uint8Array
  /** The certificate, that of the server first, then those between it and one that clients know; or `certFile`. */
  cert?: string | Uint8Array
  /** Path of the private key. */
  keyFile?: string | URL
  /** Path of the certificate. */
  certFile?: string | URL
  /** Certificates between that of the server and one that clients know, where they are not in the certificate's file. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** Opens a key that is encrypted. */
  passphrase?: string
}

/** How a server encrypts. */
export interface TlsOptions extends TlsCertificate, TlsSettings {}

/** What of that is not about the certificate. */
export interface TlsSettings {
  /** The oldest version that is spoken, `TLSv1.2` by default. */
  minVersion?: TlsVersion
  /** Milliseconds that a client has to agree on a connection, 10,000 by default. */
  handshakeTimeout?: number
  /** Whether HTTP/2 is offered beside HTTP/1.1; true by default. */
  http2?: boolean
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** The same with its files read, as a thread or a process can be sent it. */
export interface TlsPlan {
  readonly key: string
  readonly cert: string
  readonly ca?: string[] | undefined
  readonly passphrase?: string | undefined
  readonly minVersion: TlsVersion
  readonly handshakeTimeout: number
  readonly http2: boolean
}

const certificateRules: Readonly<Record<keyof TlsCertificate, (value: unknown) => boolean>> = {
  key: isPem,
  cert: isPem,
  keyFile: isPlace,
  certFile: isPlace,
  ca: (value) => isPem(value) || (Array.isArray(value) && value.every(isPem)),
  passphrase: (value) => typeof value === 'string',
}

const rules: Readonly<Record<keyof TlsOptions, (value: unknown) => boolean>> = {
  ...certificateRules,
  minVersion: (value) => value === 'TLSv1.2' || value === 'TLSv1.3',
  handshakeTimeout: (value) => typeof value === 'number' && value >= 1 && value <= LONGEST_TIMER,
  http2: (value) => typeof value === 'boolean',
}

/** Whether it is a key and a certificate, each given once. */
export function isTlsCertificate(value: unknown): value is TlsCertificate {
  return follows(value, certificateRules)
}

/** Whether it is that, and says nothing that there is not. */
export function isTlsOptions(value: unknown): value is TlsOptions {
  return follows(value, rules)
}

function follows(value: unknown, known: Readonly<Record<string, (value: unknown) => boolean>>): boolean {
  if (typeof value !== 'object' || value === null) return false
  const given = new Map(Object.entries(value).filter(([, one]) => one !== undefined))
  const hasOne = (...names: string[]) => names.filter((name) => given.has(name)).length === 1
  const isKnown = [...given].every(([name, one]) => Object.hasOwn(known, name) && known[name]?.(one) === true)
  return isKnown && hasOne('key', 'keyFile') && hasOne('cert', 'certFile')
}

function isPem(value: unknown): boolean {
  return typeof value === 'string' || value instanceof Uint8Array
}

function isPlace(value: unknown): boolean {
  return typeof value === 'string' || (value instanceof URL && value.protocol === 'file:')
}
