import Negotiator from 'negotiator'

/** The content codings that a body can be sent in (RFC 9110 §8.4.1, RFC 7932, RFC 8878). */
export type Encoding = 'zstd' | 'br' | 'gzip' | 'deflate'

const everyEncoding: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']

/** The encoding of a name, or undefined where it is none. */
export function toEncoding(name: string): Encoding | undefined {
  return everyEncoding.find((encoding) => encoding === name)
}

/** In what a body is to be sent. */
export type Negotiated<Name extends Encoding = Encoding> =
  /** `isForced`: the client takes nothing that is not encoded. */
  | { kind: 'encoded'; encoding: Name; isForced: boolean }
  | { kind: 'identity' }
  /** The client takes neither any of the encodings nor the body as it is. */
  | { kind: 'refused' }

/**
 * What suits the client best (RFC 9110 §12.5.3): the first of those it likes equally well, unless it likes the body as
 * it is better. Without the field it gets the body as it is.
 */
export function negotiateEncoding<Name extends Encoding>(
  accept: string | null,
  encodings: readonly Name[],
): Negotiated<Name> {
  if (accept === null) return { kind: 'identity' }
  // RFC 9110 §8.4.1.3: `x-gzip` is gzip.
  const headers = { 'accept-encoding': accept.replace(/\bx-gzip\b/gi, 'gzip') }
  const ranking: Ranking = new Negotiator({ headers })
  const accepted = ranking.encodings([...encodings, 'identity'], { preferred: encodings })
  const [best] = accepted
  const encoding = encodings.find((name) => name === best)
  const isForced = !accepted.includes('identity')
  if (encoding !== undefined) return { kind: 'encoded', encoding, isForced }
  return { kind: isForced ? 'refused' : 'identity' }
}

// The types of negotiator know nothing of `preferred` yet.
interface Ranking {
  encodings(available: readonly string[], options: { preferred: readonly string[] }): string[]
}
