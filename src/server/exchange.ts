// One request and its reply, from the first handler to the last `onClose`, whatever happens to either.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Bytes, isBytes, toUint8Array } from '../body/block.ts'
import { type Blocks, toBlocks } from '../body/blocks.ts'
import { isPromiseLike, runClosers } from '../body/run-closers.ts'
import { collectBytes } from '../body/collect.ts'
import { runInContext } from '../context/current-context.ts'
import { RequestContext, type RequestFacts } from '../context/request-context.ts'
import { replyClosed, requestRead } from '../delivery/channels.ts'
import { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import { Pump } from '../delivery/pump.ts'
import type { Outcome } from '../delivery/sink.ts'
import type { Replyable } from '../gateway/handler.ts'
import type { Endpoint } from '../gateway/router.ts'
import { isAnswer, toErrorReply } from '../gateway/to-error-reply.ts'
import { toReply } from '../gateway/to-reply.ts'
import { toTrailerFields } from '../reply/head.ts'
import { HttpError, InternalRedirect } from '../reply/http-error.ts'
import { Reply } from '../reply/reply.ts'
import type { Application } from './application.ts'
import type { Connection, Live } from './connection.ts'
import { Http1Sink } from './http1-sink.ts'
import { NodeRequest, RedirectedRequest } from './node-request.ts'
import { OutgoingHead } from './outgoing-head.ts'

/** One request being answered on an HTTP/1 connection. */
export class Exchange implements Live {
  readonly #application: Application
  readonly #connection: Connection
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #context: RequestContext | undefined
  #facts: RequestFacts | undefined
  #visited: Set<string> | undefined
  #isContinueDue: boolean
  #isFailing = false
  #isOver = false
  #aborted: Error | undefined
  #pump: Pump | undefined
  #collecting: Blocks | undefined

  constructor(application: Application, connection: Connection, request: IncomingMessage, response: ServerResponse) {
    this.#application = application
    this.#connection = connection
    this.#request = request
    this.#response = response
    this.#isContinueDue = request.headers.expect !== undefined
  }

  /** Answers the request. */
  start(): void {
    this.#connection.live.add(this)
    try {
      this.#facts = new NodeRequest(this.#request, {
        maxRequestBytes: this.#application.maxRequestBytes,
        delivery: this.#application.delivery,
        readBody: () => this.#readBody(),
      })
      this.#dispatch(this.#facts)
    } catch (error) {
      this.#fail(error)
    }
  }

  abort(reason: Error): void {
    if (this.#isOver || this.#aborted) return
    this.#aborted = reason
    this.#context?.abort(reason)
    void this.#collecting?.close(reason)
    const cause = reason instanceof ClientGone || reason instanceof ShuttingDown ? reason : new ShuttingDown(reason.message)
    if (this.#pump) this.#pump.abort(cause)
    else if (cause instanceof ClientGone) this.#complete({ kind: 'client-gone', error: cause, bytes: 0, blocks: 0 })
    else this.#response.socket?.destroy()
  }

  #readBody(): void {
    if (!this.#isContinueDue) return
    this.#isContinueDue = false
    this.#response.writeContinue()
  }

  #dispatch(facts: RequestFacts): void {
    const previous = this.#context
    const context = new RequestContext(facts)
    if (previous) for (const [key, value] of previous.state) context.state.set(key, value)
    for (const closer of previous?.takeClosers() ?? []) context.onClose(closer)
    this.#context = context
    if (requestRead.hasSubscribers) {
      requestRead.publish({ reply: context, method: context.method, path: context.path })
    }
    const match = this.#application.find(context.method, context.path)
    if (match.kind === 'no-path') throw new HttpError(404)
    if (match.kind === 'no-method') return this.#answerMethod(context, match.allow)
    if (match.params) context.params = match.params
    this.#call(context, match.endpoint)
  }

  #answerMethod(context: RequestContext, allow: string): void {
    if (context.method !== 'OPTIONS') throw new HttpError(405, '', { headers: { allow } })
    this.#send(new Reply(toBlocks(null), false, { status: 204, headers: { allow } }))
  }

  #call(context: RequestContext, { handler, stream }: Endpoint): void {
    const answer = runInContext(context, handler)
    if (!isPromiseLike(answer)) return this.#answer(context, answer, stream)
    Promise.resolve(answer)
      .then((settled) => this.#answer(context, settled, stream))
      .catch((error: unknown) => this.#fail(error))
  }

  #answer(context: RequestContext, answer: Replyable, isStreamed: boolean): void {
    const isPlain = typeof answer === 'string' || isBytes(answer)
    if (isPlain && !this.#aborted) return this.#sendPlain(answer)
    this.#send(runInContext(context, () => toReply(answer, isStreamed)))
  }

  #sendPlain(body: string | Bytes): void {
    const isText = typeof body === 'string'
    const bytes = isText ? body : toUint8Array(body)
    const length = isText ? Buffer.byteLength(body) : bytes.length
    const type = isText ? 'text/plain; charset=utf-8' : 'application/octet-stream'
    this.#end(200, '', ['content-type', type, 'content-length', String(length)], bytes, length)
  }

  #send(response: Response): void {
    const blocks = response instanceof Reply ? response.blocks : toBlocks(response.body)
    if (this.#aborted) return void blocks.close(this.#aborted)
    if (blocks.started) throw new TypeError('Cannot send a reply twice: its body was started already')
    if (this.#context?.method === 'HEAD' || isBodiless(response.status)) return this.#sendHead(response, blocks)
    const isStreaming = response instanceof Reply ? response.streaming : response.body !== null
    if (isStreaming) return this.#stream(response, blocks)
    this.#sendBuffered(response, blocks)
  }

  // G7: the source is never started, and is closed. The head is that of the GET as far as it is known.
  #sendHead(response: Response, blocks: Blocks): void {
    const head = this.#headOf(response)
    const { literal } = blocks
    const content = typeof literal === 'string' ? 'text' : literal ? 'bytes' : 'unknown'
    if (blocks.length !== undefined && !isBodiless(response.status) && !response.headers.has('content-length')) {
      response.headers.set('content-length', String(blocks.length))
    }
    head.write(head.frame({ content, bytes: 0 }))
    this.#response.end(() => {
      void blocks.close().then((errors) => this.#complete({ kind: 'complete', bytes: 0, blocks: 0 }, errors, response))
    })
  }

  #sendBuffered(response: Response, blocks: Blocks): void {
    const { literal } = blocks
    if (literal !== undefined) return this.#sendWhole(response, toBuffer(literal))
    this.#collecting = blocks
    const maxBytes = response instanceof Reply ? response.options.maxBytes : undefined
    collectBytes(blocks, maxBytes === undefined ? {} : { maxBytes })
      .then((bytes) => {
        this.#collecting = undefined
        if (!this.#aborted) this.#sendWhole(response, bytes)
      })
      .catch((error: unknown) => this.#fail(error))
  }

  #sendWhole(response: Response, bytes: Uint8Array): void {
    const { headers } = response
    const known = headers.get('content-length')
    if (known !== null && Number(known) !== bytes.byteLength) headers.delete('content-length')
    if (!headers.has('content-length')) headers.set('content-length', String(bytes.byteLength))
    const head = this.#headOf(response)
    head.write(head.frame({ content: 'bytes', bytes: bytes.byteLength }))
    const outcome: Outcome = { kind: 'complete', bytes: bytes.byteLength, blocks: 1 }
    this.#response.end(bytes, () => this.#complete(outcome, [], response))
  }

  #end(status: number, reason: string, fields: string[], body: string | Uint8Array, length: number): void {
    this.#closeUnread()
    this.#response.writeHead(status, reason || undefined, fields)
    const outcome: Outcome = { kind: 'complete', bytes: length, blocks: 1 }
    if (this.#context?.hasClosers || replyClosed.hasSubscribers) this.#response.end(body, () => this.#complete(outcome))
    else {
      this.#response.end(body)
      this.#leave()
    }
  }

  #headOf(response: Response): OutgoingHead {
    this.#closeUnread()
    return new OutgoingHead(response, this.#response, asksToStay(this.#request))
  }

  // A client that was never told to continue may send its body or not: nothing after it could be read.
  #closeUnread(): void {
    if (this.#isContinueDue) this.#response.shouldKeepAlive = false
  }

  // A pipelined response gets the socket on its turn; its source is not asked before.
  #stream(response: Response, blocks: Blocks): void {
    const { socket } = this.#response
    if (socket) return this.#pumpTo(socket, response, blocks)
    this.#collecting = blocks
    this.#response.once('socket', (late: Socket) => {
      this.#collecting = undefined
      if (!this.#aborted) this.#pumpTo(late, response, blocks)
    })
  }

  #pumpTo(socket: Socket, response: Response, blocks: Blocks): void {
    const options = response instanceof Reply ? response.options : {}
    this.#pump = new Pump({
      blocks,
      sink: new Http1Sink(this.#response, socket, this.#headOf(response)),
      delivery: options.delivery ?? this.#application.delivery,
      commit: options.commit ?? 'first-block',
      heartbeat: options.heartbeat,
      trailers: options.trailers && (() => this.#trailers(options.trailers)),
      onError: options.onError,
      refused: (error) => this.#refuse(error),
      closed: (outcome, errors) => this.#pumped(outcome, errors, response),
      subject: this.#context ?? this,
    })
    this.#pump.start()
  }

  #trailers(make: (() => ConstructorParameters<typeof Headers>[0]) | undefined): readonly string[] {
    const fields = toTrailerFields(make?.() ?? {})
    return /\btrailers\b/i.test(String(this.#request.headers['te'])) ? fields : []
  }

  #refuse(error: unknown): void {
    this.#pump = undefined
    this.#fail(error instanceof ShuttingDown ? new HttpError(503, '', { cause: error }) : error)
  }

  #pumped(outcome: Outcome, errors: readonly unknown[], response: Response): void {
    if (outcome.kind === 'failed') this.#application.report(outcome.error, this.#context)
    if (outcome.kind === 'refused') return this.#tellClosed(outcome, errors, response)
    this.#complete(outcome, errors, response)
  }

  #fail(error: unknown): void {
    if (this.#isOver || this.#response.headersSent) return
    if (this.#aborted) return
    if (error instanceof InternalRedirect && !this.#isFailing) return this.#redispatch(error.target)
    if (!isAnswer(error)) this.#application.report(error, this.#context)
    if (this.#isFailing) return void this.#request.socket.destroy()
    this.#isFailing = true
    if (error instanceof HttpError && error.status === 413) this.#response.shouldKeepAlive = false
    const protocol = this.#request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1'
    try {
      this.#send(toErrorReply(error, protocol))
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #redispatch(target: string): void {
    this.#visited ??= new Set([`${this.#context?.path}`])
    try {
      if (this.#visited.has(target)) throw new Error(`Cannot redirect internally to ${target} twice in one request`)
      this.#visited.add(target)
      if (this.#facts) this.#dispatch(new RedirectedRequest(this.#facts, target))
    } catch (error) {
      this.#fail(error)
    }
  }

  #complete(outcome: Outcome, errors: readonly unknown[] = [], response?: Response): void {
    if (this.#isOver) return
    if (!this.#pump && replyClosed.hasSubscribers) {
      replyClosed.publish({ reply: this.#context ?? this, outcome, errors })
    }
    const context = this.#context
    const closers = [...(context?.takeClosers() ?? [])]
    this.#isOver = true
    if (!context) return this.#leave()
    void runInContext(context, () => runClosers(closers)).then((thrown) => {
      this.#tellClosed(outcome, [...errors, ...thrown], response)
      this.#leave()
    })
  }

  #tellClosed(outcome: Outcome, errors: readonly unknown[], response: Response | undefined): void {
    const thrown = [...errors]
    const onClose = response instanceof Reply ? response.options.onClose : undefined
    try {
      if (onClose && this.#context) runInContext(this.#context, () => onClose(outcome))
    } catch (error) {
      thrown.push(error)
    }
    if (thrown.length === 1) this.#application.report(thrown[0], this.#context)
    if (thrown.length > 1) this.#application.report(new AggregateError(thrown, 'Several closers failed'), this.#context)
  }

  #leave(): void {
    this.#isOver = true
    this.#context?.close()
    this.#connection.live.delete(this)
  }
}

function toBuffer(literal: string | Bytes | null): Uint8Array {
  if (typeof literal === 'string') return Buffer.from(literal)
  return literal ? toUint8Array(literal) : new Uint8Array(0)
}

function asksToStay({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*keep-alive\s*(?:,|$)/i.test(headers.connection ?? '')
}
