import { describeValue, flush } from '../body/block.ts'
import { type Blocks, toBlocks } from '../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../body/run-closers.ts'
import {
  type BlockReader,
  isSource,
  type ReaderSource,
  type Source,
  type SourceInit,
  type Step,
} from '../body/source.ts'
import { makeOrClose, Reply } from '../reply/reply.ts'
import { checkInitNames, type ReplyInit, replyInitNames } from '../reply/reply-options.ts'
import type { RecordEncoder } from './format-records.ts'
import { replyHeaders } from './reply-headers.ts'

/** Records as they come, one after the other, or in batches as a database cursor gives them. */
export type Records =
  | Iterable<unknown>
  | AsyncIterable<unknown>
  | ((init: SourceInit) => Iterable<unknown> | AsyncIterable<unknown>)

/** What a format adds to its records. */
export interface RecordFormat {
  /** Makes the encoder; throws for an option that cannot be kept. */
  encoder: () => RecordEncoder
  /** The content type. */
  type: string
  init: ReplyInit & { filename?: string }
  /** The options of the format, besides those of every reply. */
  options?: readonly string[]
}

/** A streamed reply of encoded records; a record is not a block, so they leave by the turn. */
export function recordReply(records: Records | Source, format: RecordFormat): Reply {
  if (!isSource(records)) {
    const hint = records instanceof Promise ? 'await it first' : 'give a list or another iterable of records'
    throw new TypeError(`Cannot write records of ${describeValue(records)}: ${hint}`)
  }
  const source = toBlocks(records)
  return makeOrClose(source, () => encodeRecords(source, format))
}

function encodeRecords(records: Blocks, { encoder, type, init, options = [] }: RecordFormat): Reply {
  checkInitNames(init, [...replyInitNames, 'filename', ...options])
  const headers = replyHeaders(init, type)
  const blocks = toBlocks(new EncodedRecords(records, encoder()))
  return new Reply(blocks, true, { delivery: 'turn', ...init, headers })
}

/** Encodes records as they are asked for, without a promise where the source needs none. */
class EncodedRecords implements ReaderSource, BlockReader {
  readonly #records: Blocks
  readonly #encoder: RecordEncoder
  #isDone = false

  constructor(records: Blocks, encoder: RecordEncoder) {
    this.#records = records
    this.#encoder = encoder
  }

  openReader(): BlockReader {
    return this
  }

  next(): Step | PromiseLike<Step> {
    if (this.#isDone) return { done: true, value: undefined }
    const step = this.#records.next()
    return isPromiseLike(step) ? step.then(this.#encode) : this.#encode(step)
  }

  /** Closes the source, whether a record was asked for or not. */
  async close(): Promise<void> {
    throwTogether(await this.#records.close())
  }

  readonly #encode = (step: Step): Step => {
    if (!step.done)
      return { done: false, value: step.value === flush ? flush : this.#encoder.encode(step.value) }
    this.#records.finish()
    this.#isDone = true
    const rest = this.#encoder.end()
    return rest === '' ? { done: true, value: undefined } : { done: false, value: rest }
  }
}
