/** A name as it is searched for: without accents and in small letters, so that `sao` finds São Paulo. */
export function foldName(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
