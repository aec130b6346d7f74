import { describeValue } from '../body/block.ts'
import { escapeHtml } from './escaping/escape-html.ts'
import { formatScriptValue } from './escaping/script-value.ts'
import type { AttributeHole, PlainHole, ScriptHole } from './parsing/hole.ts'
import { Later } from './later.ts'
import { Template, UnsafeHtml } from './template.ts'

/**
 * A value where only text or data can stand: in an attribute, a title, a style, a script.
 * @throws TypeError for a value of another kind.
 */
export function formatValue(value: unknown, hole: AttributeHole | PlainHole | ScriptHole): string {
  if (value instanceof Template || value instanceof UnsafeHtml || value instanceof Later) {
    throw new TypeError(`Cannot write HTML in ${placeOf(hole)}: give text`)
  }
  if (hole.kind === 'script') return formatScriptValue(value)
  if (hole.kind === 'plain') return escapeHtml(hole.format(toText(value, hole)))
  const { whole } = hole
  if (!whole) return escapeHtml(hole.format(toText(value, hole)))
  const text = toWhole(value, hole)
  return text === undefined ? '' : whole.open + escapeHtml(text) + whole.quote
}

// Undefined for an attribute that is left out.
function toWhole(value: unknown, hole: AttributeHole): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') return hole.format(toText(value, hole))
  if (hole.hasTruthWords) return String(value)
  return value ? '' : undefined
}

function toText(value: unknown, hole: AttributeHole | PlainHole): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
      return String(value)
    case 'boolean':
    case 'undefined':
      return ''
    default:
      return toTextOfObject(value, hole)
  }
}

function toTextOfObject(value: unknown, hole: AttributeHole | PlainHole): string {
  if (value === null) return ''
  if (value instanceof URL) return value.href
  if (Array.isArray(value)) {
    const texts = value.map((one: unknown) => (Array.isArray(one) ? refuse(one, hole) : toText(one, hole)))
    return texts.filter((text) => text !== '').join(' ')
  }
  return refuse(value, hole)
}

function refuse(value: unknown, hole: AttributeHole | PlainHole): never {
  throw new TypeError(
    `Cannot write ${describeValue(value)} in ${placeOf(hole)}: give text, or a list of texts`,
  )
}

function placeOf(hole: AttributeHole | PlainHole | ScriptHole): string {
  if (hole.kind === 'script') return 'a script'
  return hole.kind === 'plain' ? `the element ${hole.name}` : `the attribute ${hole.name}`
}
