import { collectWhole } from '../body/collect.ts'
import { runClosers } from '../body/run-closers.ts'
import { toBlocks } from '../body/blocks.ts'
import type { Reply } from '../reply/reply.ts'
import { withBlocks } from '../reply/with-blocks.ts'

/** A buffered reply whose bytes are in memory, and the bytes. */
export interface CollectedReply {
  reply: Reply
  bytes: Uint8Array
}

/**
 * Collects a buffered reply, as the server would do later, within its `maxBytes`. When that fails, the reply is closed
 * and its `onClose` told.
 * @throws whatever its source throws; RangeError when it is too long.
 */
export async function collectReply(reply: Reply): Promise<CollectedReply> {
  const { blocks, options } = reply
  const { onClose } = options
  const { bytes, isText } = await collectWhole(blocks, options).catch(async (error: unknown) => {
    if (onClose)
      await blocks.run(() => runClosers([() => onClose({ kind: 'refused', error, bytes: 0, blocks: 0 })]))
    throw error
  })
  const headers = new Headers(reply.headers)
  if (isText && !headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8')
  const errors = await blocks.close()
  // Bytes alone have nothing to close: what the closing threw is told by a list.
  const body = toBlocks(errors.length > 0 ? [bytes] : bytes, bytes.byteLength)
  return { reply: withBlocks(reply, body, { headers }), bytes }
}
