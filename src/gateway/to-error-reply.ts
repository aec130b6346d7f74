import { HttpError, Redirect } from '../reply/http-error.ts'
import { reply, type Reply } from '../reply/reply.ts'

/**
 * The reply for what a handler, or a body before its first block, has thrown. The text of an error is shown only
 * where the application asks for it: an `HttpError` below 500, or one with `expose` (G4).
 */
export function toErrorReply(error: unknown, protocol: string): Reply {
  if (error instanceof Redirect) return toRedirectReply(error, protocol)
  const status = statusOf(error)
  const headers = new Headers(error instanceof HttpError ? error.headers : {})
  headers.set('content-type', 'text/plain;charset=UTF-8')
  headers.set('x-content-type-options', 'nosniff')
  const text = error instanceof HttpError && error.expose ? error.message : ''
  return reply(`${text || reasons.get(status) || `Error ${status}`}\n`, { status, headers })
}

/** The status that tells of an error: its own, or 500. */
export function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500
}

/** True for an error that is an answer rather than a fault, so that nobody needs to hear of it. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Redirect || (error instanceof HttpError && error.status < 500)
}

function toRedirectReply({ location, status }: Redirect, protocol: string): Reply {
  const fitting = protocol === 'HTTP/1.0' ? 302 : 303
  return reply(`See ${location}\n`, { status: status ?? fitting, headers: { location } })
}

const reasons: ReadonlyMap<number, string> = new Map([
  [400, 'Bad request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not found'],
  [405, 'Method not allowed'],
  [408, 'Request timeout'],
  [409, 'Conflict'],
  [413, 'Content too large'],
  [415, 'Unsupported media type'],
  [422, 'Unprocessable content'],
  [429, 'Too many requests'],
  [500, 'Internal server error'],
  [501, 'Not implemented'],
  [503, 'Service unavailable'],
  [504, 'Gateway timeout'],
])
