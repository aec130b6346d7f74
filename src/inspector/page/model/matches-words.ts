/** What to look for: the words of a filter, in lower case. */
export function toWords(filter: string): readonly string[] {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Tells whether every word is somewhere in these texts. */
export function matchesWords(words: readonly string[], texts: readonly (string | number | null)[]): boolean {
  if (words.length === 0) return true
  const text = texts.join('\n').toLowerCase()
  return words.every((word) => text.includes(word))
}
