import { describeValue } from '../body/block.ts'
import { formatRecords, type RecordEncoder, type RecordText } from './format-records.ts'
import { RecordError, type RecordErrorCode } from './record-error.ts'

/** How records become NDJSON. */
export interface NdjsonOptions {
  /**
   * Whether every item is an array of records, as a database cursor gives them; false unless told, and then
   * every item is one record, an array too.
   */
  readonly batches?: boolean | undefined
}

/**
 * Records as NDJSON: the JSON text of each, as `JSON.stringify` makes it, and a line feed. A record is any
 * JSON value. Each item gives one block. The source is started by the first block that is asked for and
 * closed with the result.
 * @throws RecordError from the result for a record that has no JSON text: a cycle, a BigInt, undefined, a
 * function. The records before it in its batch are not written either.
 */
export function formatNdjson(records: Iterable<unknown>, options?: NdjsonOptions): Generator<RecordText>
export function formatNdjson(
  records: AsyncIterable<unknown>,
  options?: NdjsonOptions,
): AsyncGenerator<RecordText>
export function formatNdjson(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options?: NdjsonOptions,
): Generator<RecordText> | AsyncGenerator<RecordText>
export function formatNdjson(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options?: NdjsonOptions,
): Generator<RecordText> | AsyncGenerator<RecordText> {
  return formatRecords(records, createNdjsonEncoder(options))
}

/** What {@link formatNdjson} does to each item, for a caller that reads the source itself. */
export function createNdjsonEncoder({ batches = false }: NdjsonOptions = {}): RecordEncoder {
  let number = 0

  function toLine(record: unknown): string {
    number++
    const text = toJson(record, number)
    if (text !== undefined) return text + '\n'
    throw notJson(
      number,
      `it is ${describeValue(record)}, which JSON has no form for; give null or leave it out`,
    )
  }

  function toLines(batch: unknown): string {
    if (!Array.isArray(batch)) throw notABatch(number + 1, batch)
    let text = ''
    for (const record of batch) text += toLine(record)
    return text
  }

  return { encode: batches ? toLines : toLine, end: () => '' }
}

function toJson(record: unknown, number: number): string | undefined {
  try {
    return JSON.stringify(record)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : describeValue(cause)
    throw notJson(number, `${reason}; give data without cycles, and a BigInt as text`, { cause })
  }
}

function notABatch(record: number, item: unknown): RecordError {
  const state = `\`batches\` is set and the item is ${describeValue(item)}; give arrays of records`
  return toError('NOT_A_BATCH', { record, state })
}

function notJson(record: number, state: string, options?: ErrorOptions): RecordError {
  return toError('NOT_JSON', { ...options, record, state })
}

function toError(code: RecordErrorCode, init: ErrorOptions & { record: number; state: string }): RecordError {
  return new RecordError({ ...init, code, format: 'NDJSON' })
}
