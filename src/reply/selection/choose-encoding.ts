import { negotiateEncoding } from './negotiate-encoding.ts'

/** The content codings in which a file can lie beside itself, the one to prefer first. */
export const encodings = ['br', 'zstd', 'gzip'] as const

export type Encoding = (typeof encodings)[number]

/**
 * The coding among those that are there which the client likes best, or undefined for the file as it is: that one when
 * the client does not say, and where it weighs more (RFC 9110 §12.5.3).
 */
export function chooseEncoding(accept: string | null, there: readonly Encoding[]): Encoding | undefined {
  const negotiated = negotiateEncoding(accept, there)
  return negotiated.kind === 'encoded' ? negotiated.encoding : undefined
}
