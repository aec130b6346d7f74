import { create as createDisposition } from 'content-disposition'
import type { ReplyInit } from '../reply/reply-options.ts'

/** The headers of a reply in a format: its content type unless the application says another, and its file name. */
export function replyHeaders(
  { headers, filename }: ReplyInit & { filename?: string },
  type: string,
): Headers {
  const made = new Headers(headers)
  if (!made.has('content-type')) made.set('content-type', type)
  if (filename !== undefined) made.set('content-disposition', createDisposition(filename.toWellFormed()))
  return made
}
