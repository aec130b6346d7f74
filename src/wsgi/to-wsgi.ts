import { toUint8Array } from '../body/block.ts'
import { isPromiseLike, runClosers, throwTogether } from '../body/run-closers.ts'
import { runInContext } from '../context/current-context.ts'
import { RequestContext } from '../context/request-context.ts'
import { ClientGone } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import type { Handler } from '../gateway/handler.ts'
import { isAnswer, toErrorReply } from '../gateway/to-error-reply.ts'
import { toReply } from '../gateway/to-reply.ts'
import { isHopByHop } from '../reply/head.ts'
import { HttpError } from '../reply/http-error.ts'
import { Reply } from '../reply/reply.ts'
import { forRequest } from '../reply/selection/file-reply.ts'
import { BodyFailed } from '../reply/web-body.ts'
import type { Application, Environ, HeaderPair } from './application.ts'
import { EnvironRequest } from './environ/environ-request.ts'

/**
 * A handler as an application of PEP 3333, for servers and middleware that know that convention. Its blocks are given
 * one for one, and its context lives until `close()`, which ends the reply: whoever iterates the body must call it.
 */
export function toWsgi(handler: Handler): Application {
  return async (environ, startResponse) => {
    const call = new HandlerCall(environ)
    const { response, first } = await call.answer(handler)
    startResponse(toStatus(response), toPairs(response, first))
    return new ResponseBody(call, first)
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

type Chunk = Awaited<ReturnType<Reader['read']>>

interface Answer {
  response: Response
  /** The first block, asked for before the head is told; undefined where there is to be no body. */
  first: Chunk | undefined
}

class HandlerCall {
  readonly #context: RequestContext
  readonly #errors: Environ['wsgi.errors']
  #reader: Reader | undefined

  constructor(environ: Environ) {
    this.#context = new RequestContext(new EnvironRequest(environ))
    this.#errors = environ['wsgi.errors']
  }

  async answer(handler: Handler): Promise<Answer> {
    try {
      return await this.#begin(await this.run(() => toResponse(handler, this.#context)))
    } catch (error) {
      if (!isAnswer(error)) this.#errors.write(`${describeError(error)}\n`)
      await this.#cancel(error)
      return this.#begin(toErrorReply(error, this.#context.transport.protocol))
    }
  }

  run<T>(task: () => T): T {
    return runInContext(this.#context, task)
  }

  read(): Promise<Chunk> {
    const reader = this.#reader
    if (!reader) return Promise.resolve({ done: true, value: undefined })
    return this.run(() => reader.read()).catch(throwCause)
  }

  /** Ends the reply: what the body and the context hold is closed. */
  async close(isOver: boolean): Promise<void> {
    const gone = new ClientGone()
    if (!isOver) this.#context.abort(gone)
    const cancel = (): unknown => (isOver ? undefined : this.#cancel(gone))
    const errors = await this.run(() => runClosers([cancel, ...this.#context.takeClosers()]))
    this.#context.close()
    throwTogether(errors)
  }

  async #begin(response: Response): Promise<Answer> {
    const isWanted = this.#context.method !== 'HEAD' && !isBodiless(response.status)
    if (!isWanted && response instanceof Reply) await response.blocks.close()
    else if (!isWanted) await response.body?.cancel()
    this.#reader = isWanted ? response.body?.getReader() : undefined
    return { response, first: isWanted ? await this.read() : undefined }
  }

  async #cancel(reason: unknown): Promise<void> {
    const reader = this.#reader
    this.#reader = undefined
    // A stream that has failed tells of it again.
    if (reader) await this.run(() => reader.cancel(reason)).catch(() => undefined)
  }
}

// The server of the application shows no error to the client, and has to know it.
function throwCause(error: unknown): never {
  throw error instanceof BodyFailed ? error.cause : error
}

async function toResponse(handler: Handler, context: RequestContext): Promise<Response> {
  const answer = handler(context)
  return forRequest(toReply(isPromiseLike(answer) ? await answer : answer, false), context)
}

/** The body that the application returns: what the server iterates and closes. */
class ResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #call: HandlerCall
  #first: Chunk | undefined
  #isOver: boolean

  constructor(call: HandlerCall, first: Chunk | undefined) {
    this.#call = call
    this.#first = first
    this.#isOver = first === undefined
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#isOver) return { done: true, value: undefined }
    const step = this.#first ?? (await this.#call.read())
    this.#first = undefined
    if (!step.done) return { done: false, value: toUint8Array(step.value) }
    this.#isOver = true
    return { done: true, value: undefined }
  }

  close(): Promise<void> {
    return this.#call.close(this.#isOver)
  }
}

function toStatus({ status, statusText }: Response): string {
  return `${status} ${statusText || (reasons.get(status) ?? classes[Math.floor(status / 100)] ?? 'Unknown')}`
}

const classes: Readonly<Record<number, string>> = {
  2: 'OK',
  3: 'Redirection',
  4: 'Client Error',
  5: 'Server Error',
}

const reasons: ReadonlyMap<number, string> = new Map([
  [201, 'Created'],
  [202, 'Accepted'],
  [204, 'No Content'],
  [206, 'Partial Content'],
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [303, 'See Other'],
  [304, 'Not Modified'],
  [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
])

// Text and bytes that are sent whole have their length from their only block.
function toPairs(response: Response, first: Chunk | undefined): HeaderPair[] {
  const pairs: HeaderPair[] = []
  response.headers.forEach((value, name) => {
    if (!isHopByHop(name)) pairs.push([name, value])
  })
  const isWhole = response instanceof Reply && !response.streaming
  const length = isWhole ? (first?.value?.byteLength ?? response.blocks.length) : undefined
  if (length !== undefined && !response.headers.has('content-length') && !isBodiless(response.status)) {
    pairs.push(['content-length', String(length)])
  }
  return pairs
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof HttpError ? error.message : (error.stack ?? error.message)
}
