const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

/** The English name of a country, or its code where there is none. */
export function toRegionName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code
}
