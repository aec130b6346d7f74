import { formatCount } from '../report/format-bytes.ts'

/** A count with its word, which is given in the plural: `1 block`, `12,345 blocks`. */
export function countOf(count: number, plural: string): string {
  return `${formatCount(count)} ${count === 1 ? plural.replace(/s$/, '') : plural}`
}
