import { inspect } from 'node:util'
import { describeValue } from '../body/block.ts'
import { isPromiseLike } from '../body/run-closers.ts'
import type { Context } from '../context/context.ts'
import { HttpError, Redirect } from '../reply/http-error.ts'
import { reply } from '../reply/reply.ts'
import type { Replyable } from './handler.ts'
import { statusOf, toErrorReply } from './to-error-reply.ts'

/**
 * Answers in place of a reply that has failed before its head went out. The error of anything but an `HttpError` is its
 * `cause`. What is not a `Response` becomes the body of a reply with the status and the headers of the error; a
 * `Response` is sent as it is.
 */
export type ErrorPage = (error: HttpError, context: Context) => Replyable | Promise<Replyable>

/** Pages by status, and one for every other status. */
export interface ErrorPagesInit {
  readonly pages?: Readonly<Record<string, ErrorPage>> | undefined
  /** Shows the text and the stack of a fault to the client: for a developer's own machine. */
  readonly development?: boolean | undefined
}

/** Makes the replies to errors: the application's own pages, or plain ones that tell a status and no more (G4). */
export class ErrorPages {
  readonly #pages: ReadonlyMap<string, ErrorPage>
  readonly #isDevelopment: boolean

  /** @throws TypeError for a page that is no function, or that belongs to no status of an error. */
  constructor({ pages = {}, development = false }: ErrorPagesInit = {}) {
    for (const [name, page] of Object.entries(pages)) checkPage(name, page)
    this.#pages = new Map(Object.entries(pages))
    this.#isDevelopment = development
  }

  /** The reply to an error; throws, or rejects with, what the page throws. */
  toReply(error: unknown, context: Context): Response | PromiseLike<Response> {
    const page = error instanceof Redirect ? undefined : this.#find(statusOf(error))
    if (!page) return this.toPlainReply(error, context.transport.protocol)
    const shown = toHttpError(error)
    const answer = page(shown, context)
    return isPromiseLike(answer) ? answer.then((one) => toPage(one, shown)) : toPage(answer, shown)
  }

  /** The reply that needs no page: for an error of a page itself, and for a request that has no context. */
  toPlainReply(error: unknown, protocol: string): Response {
    const isFault = !(error instanceof Redirect) && statusOf(error) >= 500
    if (!this.#isDevelopment || !isFault) return toErrorReply(error, protocol)
    const headers = { 'content-type': 'text/plain;charset=UTF-8', 'x-content-type-options': 'nosniff' }
    return reply(`${inspect(error)}\n`, { status: statusOf(error), headers })
  }

  #find(status: number): ErrorPage | undefined {
    return this.#pages.get(String(status)) ?? this.#pages.get('default')
  }
}

function checkPage(name: string, page: unknown): void {
  if (name !== 'default' && !/^[45]\d\d$/.test(name)) {
    throw new TypeError(
      `Cannot serve: there is no error page ${JSON.stringify(name)}; give 400 to 599, or default`,
    )
  }
  if (typeof page === 'function') return
  throw new TypeError(`Cannot serve: the error page ${name} is ${describeValue(page)}; give a function`)
}

function toHttpError(error: unknown): HttpError {
  return error instanceof HttpError ? error : new HttpError(500, '', { cause: error })
}

function toPage(answer: Replyable, { status, headers }: HttpError): Response {
  return answer instanceof Response ? answer : reply(answer, { status, headers })
}
