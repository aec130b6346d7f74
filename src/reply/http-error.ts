import type { HeadersInput } from './head.ts'

/** What an error reply is made of, besides its status. */
export interface HttpErrorInit extends ErrorOptions {
  headers?: HeadersInput
  /** Whether the client is shown the message: by default for 4xx, and not for 5xx. */
  expose?: boolean
}

/** Thrown in a handler, or in a streamed body before its first block, it becomes a reply of that status. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError'
  readonly code = 'HTTP_ERROR'
  readonly status: number
  readonly headers: Headers
  readonly expose: boolean

  /** @throws RangeError when the status is not one of an error: 400 to 599. */
  constructor(status: number, message = '', init: HttpErrorInit = {}) {
    super(message, init)
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`Cannot make an error of status ${status}: give 400 to 599, or use redirect()`)
    }
    this.status = status
    this.headers = new Headers(init.headers)
    this.expose = init.expose ?? status < 500
  }
}

/** An error of status 404, to throw. */
export function notFound(message?: string): HttpError {
  return new HttpError(404, message)
}

/** Thrown by a handler that sends the client somewhere else. */
export class Redirect extends Error {
  override readonly name = 'Redirect'
  readonly code = 'REDIRECT'
  readonly location: string
  /** Undefined for the one that fits the client: 303, and 302 for HTTP/1.0. */
  readonly status: RedirectStatus | undefined

  constructor(location: string, status?: RedirectStatus) {
    super(`Redirect to ${location}`)
    this.location = location
    this.status = status
  }
}

export type RedirectStatus = 300 | 301 | 302 | 303 | 307 | 308

const redirectStatuses: ReadonlySet<number> = new Set([300, 301, 302, 303, 307, 308])

/**
 * Sends the client to another place, when thrown: 303 See Other unless a status is given.
 * @throws TypeError when the location holds a control character (G12); RangeError for any other status.
 */
export function redirect(location: string | URL, status?: RedirectStatus): Redirect {
  const target = String(location)
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not be there
  if (/[\u0000-\u001f\u007f]/.test(target)) {
    throw new TypeError(`Cannot redirect to ${JSON.stringify(target)}: it holds a control character`)
  }
  if (status !== undefined && !redirectStatuses.has(status)) {
    throw new RangeError(`Cannot redirect with status ${status}: give 300, 301, 302, 303, 307 or 308`)
  }
  return new Redirect(toAscii(target), status)
}

// A header is bytes: what is not ASCII goes as a URL writes it.
function toAscii(location: string): string {
  return location.toWellFormed().replace(/[^\u0021-\u007e]+/gu, encodeURIComponent)
}

/** Thrown to have another route answer in place of this one: as GET, without a body, unseen by the client. */
export class InternalRedirect extends Error {
  override readonly name = 'InternalRedirect'
  readonly code = 'INTERNAL_REDIRECT'
  /** Path and query of the route that answers. */
  readonly target: string

  constructor(target: string) {
    super(`Internal redirect to ${target}`)
    this.target = target
  }
}

/**
 * Has another route answer, when thrown.
 * @throws TypeError when the target is not a path.
 */
export function internalRedirect(target: string): InternalRedirect {
  if (!target.startsWith('/')) {
    throw new TypeError(
      `Cannot redirect internally to ${JSON.stringify(target)}: give a path that begins with /`,
    )
  }
  return new InternalRedirect(target)
}
