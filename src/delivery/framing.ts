/** How the end of a body is told on the wire (G8), decided once for each reply. */
export type Framing =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'close' }

export interface FramingFacts {
  /** Version of the request: 1.0 has no chunks. */
  version: '1.0' | '1.1'
  method: string
  status: number
  /** Bytes of the body, where they are known before it is sent. */
  length: number | undefined
}

/** True for a status whose reply has no body, whatever its head says (RFC 9110 §6.4.1). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

/** The framing of a body, in the order of RFC 9112 §6.3. */
export function decideFraming({ version, method, status, length }: FramingFacts): Framing {
  if (method === 'HEAD' || isBodiless(status)) return { kind: 'none' }
  if (length !== undefined) return { kind: 'length', bytes: length }
  return version === '1.1' ? { kind: 'chunked' } : { kind: 'close' }
}
