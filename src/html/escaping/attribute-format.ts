import { cssFormat } from './css-format.ts'
import { srcsetFormat } from './srcset-format.ts'
import { HOLE, schemeFault, toSafeUrls, urlFormat, type Format, type Verdict } from './url-format.ts'

/** An attribute with a value in it, as far as it has been read. */
export interface AttributePlace {
  /** Name of the element, in small letters. */
  readonly element: string
  /** Name of the attribute, in small letters. */
  readonly name: string
  /** The text in the quotes before the value, with `HOLE` for the values before it. */
  readonly before: string
  /** True when the value is all that stands in the quotes. */
  readonly isWhole: boolean
}

const urls: ReadonlySet<string> = new Set([
  'action',
  'archive',
  'background',
  'cite',
  'classid',
  'codebase',
  'data',
  'dynsrc',
  'formaction',
  'href',
  'icon',
  'longdesc',
  'lowsrc',
  'manifest',
  'poster',
  'profile',
  'src',
  'usemap',
  'xlink:href',
])

// They can set the href of the element that they are in.
const animations: ReadonlySet<string> = new Set(['animate', 'animatemotion', 'animatetransform', 'set'])

const asIs: Verdict = { kind: 'format', format: (text: string) => text }

/** How a value is written in this place, before it is escaped as every attribute is. */
export function attributeFormat(place: AttributePlace): Verdict {
  const { element, name, before, isWhole } = place
  const fault = nameFault(name)
  if (fault !== undefined) return { kind: 'fault', fault }
  if (name === 'style') return cssFormat(before)
  if (name === 'srcset' || name === 'imagesrcset') return srcsetFormat(before, isWhole)
  if (name === 'ping' || (animations.has(element) && name === 'values')) return listFormat(isWhole)
  if (urls.has(name) || (animations.has(element) && /^(?:to|from|by)$/.test(name))) return urlFormat(before)
  return asIs
}

/** Why the values of an attribute cannot be written, once all of it was read; undefined where they can. */
export function attributeFault({ element, name, before }: AttributePlace): string | undefined {
  if (!before.includes(HOLE)) return undefined
  return urls.has(name) || animations.has(element) ? schemeFault(before) : undefined
}

/** True where `true` and `false` are words of the attribute rather than its presence. */
export function hasTruthWords(name: string): boolean {
  return name.startsWith('aria-') || name.startsWith('data-') || truthWords.has(name)
}

const truthWords: ReadonlySet<string> = new Set([
  'contenteditable',
  'draggable',
  'spellcheck',
  'writingsuggestions',
])

function nameFault(name: string): string | undefined {
  if (name.startsWith('on')) {
    return 'an event handler is a script; write it in the template and give it its data in a data- attribute'
  }
  if (name === 'srcdoc') return 'srcdoc is a page of its own; give the frame a src'
  return undefined
}

function listFormat(isWhole: boolean): Verdict {
  const format: Format = toSafeUrls
  if (isWhole) return { kind: 'format', format }
  return { kind: 'fault', fault: 'this attribute is a list; give all of it as one value' }
}
