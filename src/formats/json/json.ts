import { describeValue } from '../../body/block.ts'
import { toBlocks } from '../../body/blocks.ts'
import { makeOrClose, Reply } from '../../reply/reply.ts'
import { checkInitNames, type ReplyInit, replyInitNames } from '../../reply/reply-options.ts'
import { replyHeaders } from '../reply-headers.ts'
import { JsonReader } from './json-reader.ts'
import { isObject, PlainValues } from './plain-values.ts'

export interface JsonInit extends ReplyInit {
  /** Name under which a browser saves the reply. */
  filename?: string
  /** What each level is set in by, for people: a number of spaces up to 10, or text of that length. None unless told. */
  indent?: number | string
}

/**
 * A value as a JSON document, with the text of `JSON.stringify`, except that promises are waited for, and that whatever
 * can be iterated or read is a list of what it gives: a generator, a cursor, a stream, a `Set`, a `Map` (of pairs).
 * Such a document is streamed in flat memory, by the turn unless `delivery` says otherwise; a small plain value is text
 * at once. A function in the place of the document is called when the first block is asked for.
 * @throws TypeError for what JSON has no form for, with its place: a cycle, a BigInt; from the body where it is streamed.
 */
export function json(value: unknown, init: JsonInit = {}): Reply {
  const indent = toIndent(init.indent)
  if (isTextAtOnce(value, init)) return jsonText(value, indent, init)
  const blocks = toBlocks(new JsonReader(value, indent))
  return makeOrClose(blocks, () => new Reply(blocks, true, { delivery: 'turn', ...toReplyInit(init) }))
}

function isTextAtOnce(value: unknown, { trailers }: JsonInit): boolean {
  // Trailers come after a body whose length is not known.
  if (trailers) return false
  return isObject(value) ? new PlainValues().has(value) : typeof value !== 'function'
}

function jsonText(value: unknown, indent: string, init: JsonInit): Reply {
  const text = stringify(value, indent)
  if (text !== undefined) return new Reply(toBlocks(text), false, toReplyInit(init))
  throw new TypeError(`Cannot write ${describeValue(value)} as JSON: JSON has no form for it; give null`)
}

function stringify(value: unknown, indent: string): string | undefined {
  try {
    return JSON.stringify(value, undefined, indent)
  } catch (cause) {
    if (typeof value !== 'bigint') throw cause
    throw new TypeError(`Cannot write ${describeValue(value)} as JSON: give it as text, or as a number`, {
      cause,
    })
  }
}

function toReplyInit(init: JsonInit): ReplyInit {
  checkInitNames(init, [...replyInitNames, 'filename', 'indent'])
  return { ...init, headers: replyHeaders(init, 'application/json') }
}

function toIndent(indent: number | string = ''): string {
  // Text that no reader takes for anything but space.
  if (typeof indent === 'string' && /^[ \t]{0,10}$/.test(indent)) return indent
  if (typeof indent === 'number' && Number.isInteger(indent) && indent >= 0 && indent <= 10)
    return ' '.repeat(indent)
  throw new RangeError(`Cannot indent JSON by ${JSON.stringify(indent)}: give 0 to 10 spaces, or tabs`)
}
