import { flush } from '../body/block.ts'

/** What a source of records gives: a record, a batch of them, or `flush`, which is passed on. */
export type RecordItem = object | typeof flush

/** Records as text; `flush` goes through as it came. */
export type RecordText = string | typeof flush

/** Turns items into text, one block for each; holds nothing that has to be closed. */
export interface RecordEncoder {
  /**
   * The text of one record or of one batch.
   * @throws RecordError when it cannot be written; the encoder is of no use after that.
   */
  encode(item: unknown): string
  /** What comes after the last record; empty when there is nothing. */
  end(): string
}

/**
 * Encodes records as they are asked for: one item in, one block out, nothing is pulled ahead. The source is
 * closed when the result is closed early or an item fails. A result that was never asked for a block has not
 * opened its source, so closing it does not close the source either: that is for whoever holds it.
 */
export function formatRecords(records: Iterable<unknown>, encoder: RecordEncoder): Generator<RecordText>
export function formatRecords(
  records: AsyncIterable<unknown>,
  encoder: RecordEncoder,
): AsyncGenerator<RecordText>
export function formatRecords(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  encoder: RecordEncoder,
): Generator<RecordText> | AsyncGenerator<RecordText>
export function formatRecords(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  encoder: RecordEncoder,
): Generator<RecordText> | AsyncGenerator<RecordText> {
  return Symbol.asyncIterator in records ? formatAsync(records, encoder) : formatSync(records, encoder)
}

function* formatSync(records: Iterable<unknown>, encoder: RecordEncoder): Generator<RecordText> {
  for (const item of records) yield item === flush ? flush : encoder.encode(item)
  const rest = encoder.end()
  if (rest !== '') yield rest
}

async function* formatAsync(
  records: AsyncIterable<unknown>,
  encoder: RecordEncoder,
): AsyncGenerator<RecordText> {
  for await (const item of records) yield item === flush ? flush : encoder.encode(item)
  const rest = encoder.end()
  if (rest !== '') yield rest
}
