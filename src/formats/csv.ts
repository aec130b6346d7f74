import { create as createDisposition } from 'content-disposition'
import { type Block, flush } from '../body/block.ts'
import { toBlocks } from '../body/blocks.ts'
import { isPromiseLike } from '../body/closing.ts'
import type { Step } from '../body/source.ts'
import { Reply, type ReplyInit } from '../reply/reply.ts'
import type { CsvOptions } from './csv-options.ts'
import { createCsvEncoder } from './format-csv.ts'
import type { RecordEncoder } from './format-records.ts'

export interface CsvInit extends ReplyInit, CsvOptions {
  /** Name under which a browser saves the reply (RFC 6266, RFC 8187). */
  filename?: string
}

/** Records as they come, one after the other, or in batches as a database cursor gives them. */
export type Records = Iterable<unknown> | AsyncIterable<unknown> | (() => Iterable<unknown> | AsyncIterable<unknown>)

/**
 * Records as a streamed CSV reply (RFC 4180), in flat memory, by the turn unless `delivery` says otherwise.
 * @throws TypeError for a bad option, at once; a record that cannot be written fails the body with its number.
 */
export function csv(records: Records, init: CsvInit = {}): Reply {
  return recordReply(records, createCsvEncoder(init), 'text/csv; charset=utf-8', init)
}

/** A reply of encoded records. */
export function recordReply(
  records: unknown,
  encoder: RecordEncoder,
  type: string,
  init: ReplyInit & { filename?: string },
): Reply {
  const headers = new Headers(init.headers)
  if (!headers.has('content-type')) headers.set('content-type', type)
  if (init.filename !== undefined) headers.set('content-disposition', createDisposition(init.filename))
  const inner = toBlocks(records)
  const blocks = toBlocks(new EncodedRecords(inner, encoder))
  return new Reply(blocks, true, { delivery: 'turn', ...init, headers })
}

/** Records pulled one by one and encoded, with the source closed whether it was started or not. */
class EncodedRecords implements AsyncIterableIterator<Block> {
  readonly #inner: ReturnType<typeof toBlocks>
  readonly #encoder: RecordEncoder
  #isDone = false

  constructor(inner: ReturnType<typeof toBlocks>, encoder: RecordEncoder) {
    this.#inner = inner
    this.#encoder = encoder
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  // The pump takes a step that is there already without a promise.
  next(): never {
    return this.#next() as never
  }

  async return(): Promise<IteratorResult<Block>> {
    await this.close()
    return { done: true, value: undefined }
  }

  async close(): Promise<void> {
    const errors = await this.#inner.close()
    if (errors.length > 0) throw new AggregateError(errors, 'Cannot close the records')
  }

  #next(): Step | PromiseLike<Step> {
    if (this.#isDone) return { done: true, value: undefined }
    const step = this.#inner.next()
    return isPromiseLike(step) ? step.then((settled) => this.#encode(settled)) : this.#encode(step)
  }

  #encode(step: Step): Step {
    if (!step.done) return { done: false, value: step.value === flush ? flush : this.#encoder.encode(step.value) }
    this.#inner.finish()
    this.#isDone = true
    const rest = this.#encoder.end()
    return rest === '' ? { done: true, value: undefined } : { done: false, value: rest }
  }
}
