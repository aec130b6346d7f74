import { describeValue } from '../../body/block.ts'
import { isSource } from '../../body/source.ts'

/**
 * A value as JSON that can stand in a script: `<`, `>`, `&`, U+2028 and U+2029 are written as escapes, so that
 * neither HTML nor JavaScript takes it for more. `undefined` is written as `null`. A key `__proto__` is left out: in
 * JavaScript it would be the prototype of the object.
 * @throws TypeError for what JSON has no form for.
 */
export function formatScriptValue(value: unknown): string {
  const fault = faultOf(value)
  if (fault !== undefined) throw new TypeError(`Cannot write ${fault} in a script: give data for JSON`)
  const json = stringify(value ?? null)
  const safe = json.includes('__proto__') ? stringify(value, leaveOutPrototype) : json
  return safe.replace(/[<>&\u2028\u2029]/g, toEscape)
}

function stringify(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  const json: string | undefined = JSON.stringify(value, replacer)
  return json ?? 'null'
}

function leaveOutPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function faultOf(value: unknown): string | undefined {
  if (typeof value === 'symbol' || typeof value === 'bigint') return describeValue(value)
  if (typeof value !== 'object' || Array.isArray(value)) return undefined
  return isSource(value) ? `${describeValue(value)}, which is read piece by piece,` : undefined
}

/** Why a value cannot stand between these two texts of a script; undefined where it can. */
export function scriptFault(before: string, after: string): string | undefined {
  const code = withoutQuoted(before)
  if (code === undefined) return 'it stands in a string or a comment of a script; it brings its own quotes'
  if (code.includes('/')) {
    return (
      'the script has a / before it, and it cannot be told whether a regular expression begins there; ' +
      'write the data into a script element of its own'
    )
  }
  if (/[\w$.\\#@\u0080-\uFFFF]$/.test(code) || /^[\w$\\"'`\u0080-\uFFFF]/.test(after)) {
    return 'it touches a word of the script; leave a blank between them'
  }
  return undefined
}

// The code without strings and comments; undefined when one of them is open at the end, or a template literal is there.
function withoutQuoted(script: string): string | undefined {
  let code = ''
  for (let at = 0; at < script.length;) {
    const end = endOfToken(script, at)
    if (end > script.length) return undefined
    if (end === at + 1) code += script.charAt(at)
    else if (!isComment(script, at)) code += ' '
    at = end
  }
  return code
}

function isComment(script: string, at: number): boolean {
  return script.startsWith('//', at) || script.startsWith('/*', at)
}

function endOfToken(script: string, at: number): number {
  if (script.startsWith('//', at)) return endOf(script, /[\n\r\u2028\u2029]/g, at)
  if (script.startsWith('/*', at)) return endOf(script, /\*\//g, at + 2)
  switch (script.charAt(at)) {
    case '"':
      return endOf(script, /"/g, at + 1)
    case "'":
      return endOf(script, /'/g, at + 1)
    // What a template literal holds may be code again.
    case '`':
      return script.length + 1
    default:
      return at + 1
  }
}

// A backslash makes the end of a string hard to find by one mark, so text with both counts as open.
function endOf(script: string, mark: RegExp, from: number): number {
  mark.lastIndex = from
  const found = mark.exec(script)
  if (!found || script.slice(from, found.index).includes('\\')) return script.length + 1
  return mark.lastIndex
}
