import type { Block } from '../body/block.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import type { Reply } from '../reply/reply.ts'
import type { ReplyInit } from '../reply/reply-options.ts'
import { createNdjsonEncoder, type NdjsonOptions } from './format-ndjson.ts'
import { recordReply, type Records } from './record-reply.ts'

export interface NdjsonInit extends Omit<ReplyInit, 'onError'>, NdjsonOptions {
  /** Name under which a browser saves the reply. */
  filename?: string
  /**
   * What the client is told when the source fails, before the connection is cut: a last record `{"error": …}` that says
   * no more than that it has failed (`hide`, the default), one with the text of the error (`show`), or the record that
   * the function gives, which cannot be a promise; undefined for none.
   */
  onError?: 'hide' | 'show' | ((error: unknown) => unknown)
}

/** Records as a streamed NDJSON reply: one JSON text a line, by the turn unless `delivery` says otherwise. */
export function ndjson(records: Records, { onError = 'hide', ...init }: NdjsonInit = {}): Reply {
  return recordReply(records, {
    encoder: () => createNdjsonEncoder(init),
    type: 'application/x-ndjson',
    init: { ...init, onError: toLastBlock(onError) },
    options: ['batches'],
  })
}

function toLastBlock(onError: NonNullable<NdjsonInit['onError']>): (error: unknown) => Block | undefined {
  if (onError === 'hide') return () => formatLast({ error: 'The stream has failed' })
  if (onError === 'show')
    return (error) => formatLast({ error: error instanceof Error ? error.message : String(error) })
  if (typeof onError === 'function') return (error) => formatLast(onError(error))
  throw new TypeError(`Cannot use onError ${JSON.stringify(onError)}: give 'hide', 'show' or a function`)
}

function formatLast(record: unknown): Block | undefined {
  if (isPromiseLike(record)) {
    // One that is rejected would end the process, and nobody waits for it.
    record.then(undefined, () => undefined)
    throw new TypeError(
      'Cannot send a promise as the last record: the reply ends now; give onError no async function',
    )
  }
  return record === undefined ? undefined : createNdjsonEncoder().encode(record)
}
