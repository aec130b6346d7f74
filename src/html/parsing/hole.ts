import { attributeFormat, hasTruthWords } from '../escaping/attribute-format.ts'
import { cssFormat } from '../escaping/css-format.ts'
import { scriptFault } from '../escaping/script-value.ts'
import type { Fault, Format } from '../escaping/url-format.ts'

/** What a value becomes where it stands. */
export type Hole = TextHole | ScriptHole | PlainHole | AttributeHole

/** Content of an element: escaped text, nested templates, pieces that come one after the other. */
export interface TextHole {
  readonly kind: 'text'
}

/** Data in a script. */
export interface ScriptHole {
  readonly kind: 'script'
}

/** Content that is text alone: of `title`, `textarea` and `style`. */
export interface PlainHole {
  readonly kind: 'plain'
  readonly name: string
  readonly format: Format
}

/** All of an attribute, or a part of one. */
export interface AttributeHole {
  readonly kind: 'attribute'
  readonly name: string
  readonly format: Format
  /** What opens and closes the attribute, where the value is all of it: then it may be left out. */
  readonly whole: { readonly open: string; readonly quote: string } | undefined
  /** True where `true` and `false` are written as words. */
  readonly hasTruthWords: boolean
}

/** Where between two texts of a template a value stands; `open` is the attribute up to its value. */
export type Place =
  | { kind: 'data' | 'comment' | 'declaration' | 'tag name' | 'tag' | 'attribute name' }
  | { kind: 'unquoted'; name: string }
  | { kind: 'quoted'; element: string; name: string; quote: string; open: string; before: string }
  | { kind: 'raw'; element: string; before: string }

/** What a value becomes in this place before this text, or why there is no safe way to write it. */
export function toHole(place: Place, after: string): Hole | Fault {
  switch (place.kind) {
    case 'data':
      return { kind: 'text' }
    case 'quoted':
      return toAttribute(place, after)
    case 'raw':
      return toRaw(place, after)
    case 'unquoted':
      return fault(`the attribute has no quotes; write ${place.name}="\${…}"`)
    case 'tag name':
      return fault('it would be the name of an element; choose between templates instead')
    case 'attribute name':
    case 'tag':
      return fault(
        'it would be the name of an attribute; write the name, as in name="${…}", and give false to leave it out',
      )
    case 'comment':
    case 'declaration':
      return fault(`nothing is safe in a ${place.kind}; write it outside, or in JavaScript`)
  }
}

function toAttribute(place: Place & { kind: 'quoted' }, after: string): Hole | Fault {
  const { name, before, quote, open } = place
  const isWhole = before === '' && after.startsWith(quote)
  const verdict = attributeFormat({ ...place, isWhole })
  if (verdict.kind === 'fault') return verdict
  const whole = isWhole ? { open, quote } : undefined
  return { kind: 'attribute', name, format: verdict.format, whole, hasTruthWords: hasTruthWords(name) }
}

function toRaw({ element, before }: Place & { kind: 'raw' }, after: string): Hole | Fault {
  if (element === 'script') {
    const found = scriptFault(before, after)
    return found === undefined ? { kind: 'script' } : fault(found)
  }
  // It could become an end tag together with the value.
  if (before.includes('<')) return fault(`there is a < before it in ${element}; write &lt;`)
  if (element === 'title' || element === 'textarea')
    return { kind: 'plain', name: element, format: (text) => text }
  if (element !== 'style') return fault(`the content of ${element} cannot be escaped; write it elsewhere`)
  const verdict = cssFormat(before)
  return verdict.kind === 'fault' ? verdict : { kind: 'plain', name: element, format: verdict.format }
}

function fault(text: string): Fault {
  return { kind: 'fault', fault: text }
}
