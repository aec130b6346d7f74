import type { Hole } from './hole.ts'
import { TemplateScanner } from './template-scanner.ts'

/** A text of a template and what comes after it: a value, the end of the body, or nothing. */
export interface Part {
  readonly text: string
  readonly next: Hole | BodyEnd | undefined
  /** Which of the values it is. */
  readonly at: number
}

/** Where parts that come late have their place. */
export interface BodyEnd {
  readonly kind: 'body-end'
}

const parsed = new WeakMap<readonly string[], readonly Part[]>()
const bodyEnd: BodyEnd = { kind: 'body-end' }

/**
 * The parts of a template, decided once for each place in the source code.
 * @throws TypeError for a template in which a value has no safe form, or that ends inside a tag.
 */
export function parseTemplate(strings: readonly string[]): readonly Part[] {
  const known = parsed.get(strings)
  if (known) return known
  const parts = readParts(strings)
  parsed.set(strings, parts)
  return parts
}

function readParts(strings: readonly string[]): Part[] {
  const scanner = new TemplateScanner()
  const parts: Part[] = []
  let isAfterWhole = false
  let hasBodyEnd = false
  for (const [at, text] of strings.entries()) {
    if (typeof text !== 'string') throw new TypeError('Cannot read an HTML template: an escape in it is none')
    scanner.scan(text)
    const { bodyEnd: end } = scanner
    // The quote that ends a whole attribute is written with its value.
    let from = isAfterWhole ? 1 : 0
    if (end !== undefined && !hasBodyEnd) {
      parts.push({ text: text.slice(from, end), next: bodyEnd, at })
      hasBodyEnd = true
      from = end
    }
    const after = strings[at + 1]
    const next = after === undefined ? undefined : scanner.hole(after)
    const whole = next?.kind === 'attribute' ? next.whole : undefined
    isAfterWhole = whole !== undefined
    // So is the attribute itself, which may be left out.
    const upTo = text.length - (whole?.open.length ?? 0)
    const lineEnd = next && scanner.dropsLineEnd ? '\n' : ''
    parts.push({ text: text.slice(from, upTo) + lineEnd, next, at })
  }
  scanner.finish()
  return parts
}
