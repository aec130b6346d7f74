/** How the end of a body is told on the wire (G8), decided once for each reply. */
export type Framing =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'close' }
  /** HTTP/2: the transport tells it by itself (`END_STREAM`). */
  | { kind: 'stream' }

/** The version of a request. */
export type HttpVersion = '1.0' | '1.1' | '2.0'

export interface FramingFacts {
  /** Version of the request: only 1.1 has chunks. */
  version: HttpVersion
  method: string
  status: number
  /** Bytes of the body, where they are known before it is sent. */
  length: number | undefined
}

/** True for a status whose reply has no body, whatever its head says (RFC 9110 §6.4.1). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

// Kept with each reply: those that hold nothing of it are there once.
const none: Framing = { kind: 'none' }
const chunked: Framing = { kind: 'chunked' }
const close: Framing = { kind: 'close' }
const stream: Framing = { kind: 'stream' }

/** The framing of a body, in the order of RFC 9112 §6.3; for HTTP/2 RFC 9113 §8.1. */
export function decideFraming({ version, method, status, length }: FramingFacts): Framing {
  if (method === 'HEAD' || isBodiless(status)) return none
  if (length !== undefined) return { kind: 'length', bytes: length }
  if (version === '2.0') return stream
  return version === '1.1' ? chunked : close
}
