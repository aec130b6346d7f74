import type { Reply } from '../reply/reply.ts'
import type { ReplyInit } from '../reply/reply-options.ts'
import { type CsvOptions, csvOptionNames } from './csv-options.ts'
import { createCsvEncoder } from './format-csv.ts'
import { recordReply, type Records } from './record-reply.ts'

export interface CsvInit extends ReplyInit, CsvOptions {
  /** Name under which a browser saves the reply (RFC 6266, RFC 8187). */
  filename?: string
}

/**
 * Records as a streamed CSV reply (RFC 4180), in flat memory, by the turn unless `delivery` says otherwise.
 * @throws TypeError for a bad option, at once; a record that cannot be written fails the body with its number.
 */
export function csv(records: Records, init: CsvInit = {}): Reply {
  return recordReply(records, {
    encoder: () => createCsvEncoder(init),
    type: 'text/csv; charset=utf-8',
    init,
    options: csvOptionNames,
  })
}
