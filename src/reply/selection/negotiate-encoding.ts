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
  const weights = parseWeights(accept)
  const any = weights.get('*')
  const weigh = (name: Encoding) =>
    weights.get(name) ?? (name === 'gzip' ? weights.get('x-gzip') : undefined) ?? any ?? 0
  // As it is, a body is acceptable until it is refused, and less welcome than what is named.
  const plain = weights.get('identity')
  const isForced = (plain ?? any) === 0
  const [best] = encodings
    .filter((name) => weigh(name) > 0)
    .toSorted((one, other) => weigh(other) - weigh(one))
  if (best && weigh(best) >= (plain ?? 0)) return { kind: 'encoded', encoding: best, isForced }
  return { kind: isForced ? 'refused' : 'identity' }
}

function parseWeights(accept: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const element of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim())
    const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))
    if (name !== '') weights.set(name, quality === undefined ? 1 : toWeight(quality))
  }
  return weights
}

// RFC 9110 §12.4.2; what is no weight refuses rather than guesses.
function toWeight(quality: string): number {
  const [, value] = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(quality) ?? []
  return value === undefined ? 0 : Number(value)
}
