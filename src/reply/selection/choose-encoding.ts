/** The content codings in which a file can lie beside itself, the one to prefer first. */
export const encodings = ['br', 'zstd', 'gzip'] as const

export type Encoding = (typeof encodings)[number]

/**
 * The coding among those that are there which the client likes best, or undefined for the file as it is: that one when
 * the client does not say, and where it weighs more (RFC 9110 §12.5.3).
 */
export function chooseEncoding(accept: string | null, there: readonly Encoding[]): Encoding | undefined {
  if (accept === null) return undefined
  const weights = parseWeights(accept)
  const any = weights.get('*') ?? 0
  const weigh = (name: string) =>
    weights.get(name) ?? (name === 'gzip' ? weights.get('x-gzip') : undefined) ?? any
  // As it is, a file is acceptable until it is refused, and less welcome than what is named.
  const plain = weights.get('identity') ?? 0
  let best: { encoding: Encoding; weight: number } | undefined
  for (const encoding of there) {
    const weight = weigh(encoding)
    if (weight > 0 && weight >= plain && weight > (best?.weight ?? 0)) best = { encoding, weight }
  }
  return best?.encoding
}

function parseWeights(accept: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const element of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    if (name !== '') weights.set(name, quality === undefined ? 1 : toWeight(quality))
  }
  return weights
}

// RFC 9110 §12.4.2; what is no weight refuses rather than guesses.
function toWeight(quality: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0
}
