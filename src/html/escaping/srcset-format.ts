import { toSafeUrl, toSafeUrls, urlFormat, type Verdict } from './url-format.ts'

/**
 * How a value is written in a list of candidates after this text of the template: alone it may be the whole list,
 * beside other text it is one URL or a part of one.
 */
export function srcsetFormat(before: string, isWhole: boolean): Verdict {
  if (isWhole) return { kind: 'format', format: toSafeUrls }
  const candidate = before.slice(before.lastIndexOf(',') + 1).trimStart()
  if (candidate === '') return { kind: 'format', format: toCandidate }
  return urlFormat(candidate)
}

// A blank or a comma would begin a description or another candidate.
function toCandidate(text: string): string {
  return toSafeUrl(text).replace(/[\s,]/g, encodeURIComponent)
}
