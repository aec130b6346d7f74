import { type Block, type Bytes, describeValue, isBytes } from './block.ts'

/** What a generator function of a body is called with. */
export interface SourceInit {
  /** Aborted when the body is closed before its end: the client has left, an error, a shutdown. */
  readonly signal: AbortSignal
}

/** Starts when the first block is asked for, inside the context in which the reply was made. */
export type SourceFunction = (init: SourceInit) => Iterable<Block> | AsyncIterable<Block>

/** The part of a Node `Readable` that a body needs; it is closed with `destroy()`. */
export interface NodeReadable extends AsyncIterable<Block> {
  destroy(error?: Error): unknown
  pipe: unknown
}

/** The part of a web `ReadableStream` that a body needs; it is closed with `cancel()`. */
export interface WebReadable {
  readonly locked: boolean
  getReader(): {
    readonly closed: PromiseLike<unknown>
    read(): PromiseLike<Step>
    cancel(reason?: unknown): PromiseLike<void>
  }
}

/** The part of a `Blob` or `File` that a body needs. */
export interface BlobLike {
  readonly size: number
  readonly type: string
  stream(): WebReadable
}

/** Where blocks come from, one after the other, each made when it is asked for. */
export type Source = Iterable<Block> | AsyncIterable<Block> | SourceFunction | WebReadable | NodeReadable

/** Whatever can be the body of a reply: text, bytes, a list of blocks, a file (`Blob`), a source, or nothing. */
export type Body = Block | BlobLike | Source | null

export type Step = IteratorResult<unknown, unknown>

/** One body being read; every iterator is one. */
export interface BlockReader {
  next(): Step | PromiseLike<Step>
  /** Stops a reader that has not come to its end; absent where there is nothing to stop. */
  return?(reason?: unknown): unknown
  /**
   * Called where the body is to end with this block before the source does: gives what to send for it, with what it
   * still holds; then it is closed. Or undefined where it gives that itself: it is asked until it is done. It may be
   * called while a block is being waited for. A reader that leaves it out holds nothing and changes nothing.
   */
  endWith?(block: unknown): unknown
  /**
   * Told where what it has given leaves only after some work, a compressor's for example; then it is asked again, or the
   * client is waited for. A reader that leaves it out has nobody who wants to know.
   */
  leavesAfter?(work: PromiseLike<unknown>): void
}

/** A source of millrace's own: it answers at once where it can, and needs no iterator around it. */
export interface ReaderSource {
  openReader(): BlockReader
  close(): PromiseLike<void>
}

/** True for a source of millrace's own. */
export function isReaderSource(value: object): value is ReaderSource {
  return 'openReader' in value && isFunction(value.openReader)
}

export function isNodeReadable(value: object): value is NodeReadable {
  return (
    'pipe' in value && 'destroy' in value && typeof value.pipe === 'function' && isFunction(value.destroy)
  )
}

export function isWebReadable(value: object): value is WebReadable {
  return 'getReader' in value && isFunction(value.getReader)
}

export function isBlob(value: object): value is BlobLike {
  return 'size' in value && 'stream' in value && 'arrayBuffer' in value && isFunction(value.stream)
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value && isFunction(value[Symbol.asyncIterator])
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && isFunction(value[Symbol.iterator])
}

function isFunction(value: unknown): value is (...values: unknown[]) => unknown {
  return typeof value === 'function'
}

/** True for a body whose bytes are there already: it needs no source. */
export function isLiteral(body: unknown): body is string | Bytes | null {
  return typeof body === 'string' || body === null || isBytes(body)
}

/** True for what gives its blocks to the first who reads it: whoever reads it again gets none, or an error. */
export function isReadOnce(value: object): boolean {
  if ('next' in value && isFunction(value.next)) return true
  return isNodeReadable(value) || isWebReadable(value) || isReaderSource(value)
}

/** True for values that can be read block by block. */
export function isSource(value: unknown): value is Source {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null || isBytes(value)) return false
  if (isReaderSource(value)) return true
  return isAsyncIterable(value) || isIterable(value) || isWebReadable(value)
}

/**
 * Begins to read a body; a generator function is called here.
 * @throws TypeError when the body is none of the kinds of {@link Body}.
 */
export function openSource(body: unknown, init: SourceInit): BlockReader {
  if (isLiteral(body)) return (body === null ? [] : [body])[Symbol.iterator]()
  if (typeof body === 'function') return openSource(callSource(body, init), init)
  if (typeof body !== 'object' || body === null) throw notASource(body)
  if (isReaderSource(body)) return body.openReader()
  if (isWebReadable(body)) return openWebReadable(body)
  if (isBlob(body)) return openWebReadable(body.stream())
  if (isNodeReadable(body)) return openNodeReadable(body)
  if (isAsyncIterable(body)) return body[Symbol.asyncIterator]()
  if (isIterable(body)) return body[Symbol.iterator]()
  throw notASource(body)
}

function callSource(source: Function, init: SourceInit): unknown {
  const made: unknown = Reflect.apply(source, undefined, [init])
  if (typeof made === 'object' && made !== null && isSource(made)) return made
  // Nobody will await what an async function does.
  if (made instanceof Promise) made.catch(() => {})
  throw new TypeError(
    `Cannot stream a function that returns ${describeValue(made)}: ` +
      'give a generator function; a function that writes goes to push()',
  )
}

function openWebReadable(stream: WebReadable): BlockReader {
  const reader = stream.getReader()
  let isOver = false
  const over = () => {
    isOver = true
  }
  reader.closed.then(over, over)
  return {
    next: () => reader.read(),
    // To cancel a stream that has failed is to be told of the same failure again.
    return: (reason) => (isOver ? undefined : reader.cancel(reason)),
  }
}

// `return()` of a Readable's iterator waits behind a pending `next()`; destroy() does not.
function openNodeReadable(stream: NodeReadable): BlockReader {
  const iterator = stream[Symbol.asyncIterator]()
  return {
    next: () => iterator.next(),
    return: () => {
      stream.destroy()
    },
  }
}

/** The error for a value that cannot be a body. */
export function notASource(value: unknown): TypeError {
  return new TypeError(`Cannot send a body that is ${describeValue(value)}: ${hintFor(value)}`)
}

function hintFor(value: unknown): string {
  if (value instanceof Promise) return 'await it first'
  if (value instanceof Error) return 'throw it, do not return it'
  return 'give text, bytes, a list of blocks, a Blob, an iterable or a stream; for data use Response.json(), csv() or ndjson()'
}
