/** What was wrong with a record. */
export type RecordErrorCode =
  | 'NOT_A_RECORD'
  | 'NO_FIELDS'
  | 'FIELD_COUNT'
  | 'UNKNOWN_FIELD'
  | 'FIELD_VALUE'
  | 'NOT_JSON'
  | 'NOT_A_BATCH'
  | 'UNREADABLE'

/** Where a record stood, and why it failed. */
export interface RecordErrorInit extends ErrorOptions {
  code: RecordErrorCode
  /** The format's name as the message prints it. */
  format: string
  /** The number of the record, from 1. */
  record: number
  /** What the record is, and what to do. */
  state: string
}

/** A record that its format cannot hold; `record` is its number, counted from 1. */
export class RecordError extends Error {
  override readonly name = 'RecordError'
  readonly code: RecordErrorCode
  readonly record: number

  constructor({ code, format, record, state, ...options }: RecordErrorInit) {
    super(`Cannot write record ${record} as ${format}: ${state}`, options)
    this.code = code
    this.record = record
  }
}
