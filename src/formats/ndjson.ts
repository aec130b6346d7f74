import type { Reply } from '../reply/reply.ts'
import type { ReplyInit } from '../reply/reply-options.ts'
import { createNdjsonEncoder, type NdjsonOptions } from './format-ndjson.ts'
import { recordReply, type Records } from './record-reply.ts'

export interface NdjsonInit extends ReplyInit, NdjsonOptions {
  /** Name under which a browser saves the reply. */
  filename?: string
}

/** Records as a streamed NDJSON reply: one JSON text a line, by the turn unless `delivery` says otherwise. */
export function ndjson(records: Records, init: NdjsonInit = {}): Reply {
  return recordReply(records, {
    encoder: () => createNdjsonEncoder(init),
    type: 'application/x-ndjson',
    init,
    options: ['batches'],
  })
}
