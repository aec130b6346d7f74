/** Yielded as a block, pushes out whatever any stage (a batch, a compressor) still holds (x-wsgiorg.flush). */
export const flush: unique symbol = Symbol.for('millrace.flush')

/**
 * A piece of a body, sent before the application is asked for the next one: text (sent as UTF-8), bytes,
 * a list of blocks that are ready together, or {@link flush}. An empty block sends nothing.
 */
export type Block = string | Bytes | typeof flush | readonly Block[]

/** Anything that holds bytes; a view is sent as the bytes it shows. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer

export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer
}

/** The same memory as a `Uint8Array`; copies nothing. */
export function toUint8Array(bytes: Bytes): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return new Uint8Array(bytes)
}

/** A few words that tell a reader of an error what a value is. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return `a function${value.name ? ` (${value.name})` : ''}`
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'without a prototype'})`
  const text = String(value)
  return `a ${typeof value} (${text.length > 60 ? `${text.slice(0, 59)}…` : text})`
}

/** The error for a yielded value that is not a block. */
export function notABlock(value: unknown): TypeError {
  // One that is rejected would end the process: nobody waits for what was refused.
  if (value instanceof Promise) value.catch(() => {})
  const hint =
    value instanceof Promise
      ? 'await it before it is yielded'
      : 'yield text, bytes, a list of blocks or flush; for records use csv(), ndjson() or JSON.stringify()'
  return new TypeError(`Cannot send a block that is ${describeValue(value)}: ${hint}`)
}
