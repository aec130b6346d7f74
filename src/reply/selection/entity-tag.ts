/** A validator of a representation, from an `ETag` field (RFC 9110 §8.8.3). */
export interface EntityTag {
  /** What stands between the quotes. */
  readonly opaque: string
  readonly isWeak: boolean
}

// RFC 9110 §8.8.3: a comma may stand inside the quotes, so a list cannot be split at its commas.
const onlyTag = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/
const anyTag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g

/** One entity tag, or undefined for a text that is none. */
export function parseEntityTag(text: string): EntityTag | undefined {
  const match = onlyTag.exec(text.trim())
  return match ? { opaque: match[2] ?? '', isWeak: match[1] !== undefined } : undefined
}

/** The entity tags of a list; what is none is left out. */
export function parseEntityTags(list: string): EntityTag[] {
  return [...list.matchAll(anyTag)].map(([, weak, opaque = '']) => ({ opaque, isWeak: weak !== undefined }))
}

/** As it stands in a field. */
export function formatEntityTag({ opaque, isWeak }: EntityTag): string {
  return `${isWeak ? 'W/' : ''}"${opaque}"`
}

/** True when both stand for the very same bytes (RFC 9110 §8.8.3.2, strong comparison). */
export function isSameBytes(one: EntityTag, other: EntityTag): boolean {
  return !one.isWeak && !other.isWeak && one.opaque === other.opaque
}

/** True when one can stand for the other (RFC 9110 §8.8.3.2, weak comparison). */
export function isSameMeaning(one: EntityTag, other: EntityTag): boolean {
  return one.opaque === other.opaque
}
