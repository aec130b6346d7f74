// WHATWG HTML §9.2: an event is lines of `field: value`, ended by an empty line. A line may end with LF, CR or both, so
// whatever stands in a field must hold none of them.
import { describeValue, isBytes } from '../../body/block.ts'
import { isPromiseLike } from '../../body/run-closers.ts'
import { ContractError } from '../../delivery/errors.ts'

/** A server-sent event. */
export interface SseEvent {
  /** Text as it is, each of its lines in a line of its own; anything else as JSON. */
  readonly data?: unknown
  /** The name that a client listens for, `message` where there is none. */
  readonly event?: string | undefined
  /** What the client tells as `Last-Event-ID` when it comes back: text that a header can carry, and short. */
  readonly id?: string | number | undefined
  /** Milliseconds after which the client comes back when the connection is gone. */
  readonly retry?: number | undefined
  /** Seen by nobody but who looks at the wire. */
  readonly comment?: string | undefined
}

/**
 * What can be sent as an event: text is its data; an object that has no keys but those of {@link SseEvent} is an event;
 * anything else is data as JSON. Put what others have made into `data`, so that its keys are never taken for fields.
 */
export type SseItem = SseEvent | string | number | boolean | object | null

/**
 * An event as it is sent, with the empty line that ends it. CR and CRLF in data are sent, and arrive, as LF.
 * @throws ContractError G12 for CR, LF or NUL in `event` or `id`; RangeError for a `retry` that is no whole number of
 * milliseconds, and an `id` that no client can give back: NaN, Infinity, with a control character, with a space at an end, or
 * with half a character; TypeError for data without JSON text, bytes, a promise, and an event without
 * any field.
 */
export function formatEvent(item: SseItem): string
export function formatEvent(item: unknown): string
export function formatEvent(item: unknown): string {
  if (typeof item === 'string') return `data: ${joinLines(item, '\ndata: ')}\n\n`
  if (isSseEvent(item)) return formatFields(item)
  return `data: ${toJson(item)}\n\n`
}

/** True for an object that has fields of an event and nothing else. */
export function isSseEvent(item: unknown): item is SseEvent {
  if (typeof item !== 'object' || item === null) return false
  let isNamed = false
  for (const key in item) {
    if (!isField(key)) return false
    isNamed = true
  }
  return isNamed
}

function isField(key: string): boolean {
  return key === 'data' || key === 'event' || key === 'id' || key === 'retry' || key === 'comment'
}

function formatFields(item: SseEvent): string {
  const { data, event, id, retry, comment } = item
  if (retry !== undefined || comment !== undefined || data === undefined) return formatAll(item)
  const text = toText(data)
  // Few pieces, joined at once: one by one they take half as long again.
  if (event === undefined)
    return id === undefined ? `data: ${text}\n\n` : `id: ${toId(id)}\ndata: ${text}\n\n`
  if (event !== lastName) rememberName(event)
  return id === undefined ? `${lastLine}data: ${text}\n\n` : `${lastLineAndId}${toId(id)}\ndata: ${text}\n\n`
}

// The name of the event before, checked, and its line, with and without what comes after it: a stream gives the same name
// again and again.
let lastName = ''
let lastLine = 'event: \n'
let lastLineAndId = 'event: \nid: '

function rememberName(event: unknown): void {
  const name = toName(event)
  lastLine = `event: ${name}\n`
  lastLineAndId = `${lastLine}id: `
  lastName = name
}

function formatAll({ data, event, id, retry, comment }: SseEvent): string {
  let text = comment === undefined ? '' : `: ${toComment(comment)}\n`
  if (event !== undefined) text += `event: ${toName(event)}\n`
  if (id !== undefined) text += `id: ${toId(id)}\n`
  if (retry !== undefined) text += `retry: ${toRetry(retry)}\n`
  if (data !== undefined) text += `data: ${toText(data)}\n`
  // A client drops an event without data, however it is called.
  else if (event !== undefined) text += 'data:\n'
  if (text !== '') return text + '\n'
  throw new TypeError(
    'Cannot send an event: all its fields are undefined; give `data`, `event`, `id`, `retry` or `comment`',
  )
}

function toText(data: unknown): string {
  return typeof data === 'string' ? joinLines(data, '\ndata: ') : toJson(data)
}

function toName(event: unknown): string {
  return checkField('event', event)
}

function toId(id: unknown): string | number {
  if (typeof id !== 'number') return checkId(id)
  if (Number.isFinite(id)) return id
  throw new RangeError(`Cannot send an event: its id is ${id}; give a number that there is, or text`)
}

function toComment(comment: unknown): string {
  if (typeof comment !== 'string') throw notText('comment', comment)
  return joinLines(comment, '\n: ')
}

function toRetry(retry: unknown): number {
  if (typeof retry === 'number' && Number.isSafeInteger(retry) && retry >= 0) return retry
  throw new RangeError(
    `Cannot send an event: its retry is ${describeValue(retry)}; give a whole number of milliseconds`,
  )
}

// Text with something else in place of its line ends.
function joinLines(text: string, separator: string): string {
  let lineEnd = text.indexOf('\n')
  if (text.includes('\r')) return text.replaceAll(/\r\n?|\n/g, separator)
  if (lineEnd === -1) return text
  let joined = ''
  let start = 0
  for (; lineEnd !== -1; lineEnd = text.indexOf('\n', start)) {
    joined += text.slice(start, lineEnd) + separator
    start = lineEnd + 1
  }
  return joined + text.slice(start)
}

function checkField(name: string, value: unknown): string {
  if (typeof value !== 'string') throw notText(name, value)
  if (!holdsControl(value)) return value
  throw new ContractError(
    'G12',
    `Cannot send an event: its ${name} ${JSON.stringify(value)} holds CR, LF or NUL; leave them out`,
  )
}

// It comes back in a header: what cannot stand there gets the client a 400, with which an `EventSource` gives up for good;
// space at its ends is not part of a header (RFC 9110 §5.5), and half a character is sent as another one.
function checkId(id: unknown): string {
  if (typeof id === 'string' && isPlainId(id)) return id
  const text = checkField('id', id)
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not be there
  if (!/[\u0001-\u0008\u000b-\u001f\u007f]|^[\t ]|[\t ]$/.test(text) && text.isWellFormed()) return text
  throw new RangeError(
    `Cannot send an event: no client can give its id ${JSON.stringify(text)} back; ` +
      'leave out control characters, space at its ends, and half a character',
  )
}

// What nearly every id is made of.
function isPlainId(id: string): boolean {
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index)
    if (code < 33 || code > 126) return false
  }
  return true
}

// Names are short: for them a loop is faster than three searches.
function holdsControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 10 || code === 13 || code === 0) return true
  }
  return false
}

function toJson(data: unknown): string {
  if (typeof data === 'object' && data !== null) {
    if (isBytes(data)) throw notData(data, 'send text: decode them first')
    if (isPromiseLike(data)) {
      // One that is rejected would end the process: nobody waits for what was refused.
      data.then(undefined, () => {})
      throw notData(data, 'await it before it is yielded')
    }
  }
  const text = stringify(data)
  if (text === undefined) throw notData(data, 'give what JSON has a form for')
  return text
}

function stringify(data: unknown): string | undefined {
  try {
    return JSON.stringify(data)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : describeValue(cause)
    throw new TypeError(`Cannot send an event: ${reason}; give data without cycles, and a BigInt as text`, {
      cause,
    })
  }
}

function notData(data: unknown, hint: string): TypeError {
  return new TypeError(`Cannot send an event: its data is ${describeValue(data)}; ${hint}`)
}

function notText(name: string, value: unknown): TypeError {
  return new TypeError(`Cannot send an event: its ${name} is ${describeValue(value)}; give text`)
}
