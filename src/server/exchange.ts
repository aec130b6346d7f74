// One request and its reply, from the handler to the last `onClose`, whatever happens to either.
import { isBytes } from '../body/block.ts'
import { toBlocks } from '../body/blocks.ts'
import { type Closer, isPromiseLike, runClosers } from '../body/run-closers.ts'
import { runInContext } from '../context/current-context.ts'
import type { Transport } from '../context/context.ts'
import { RequestContext, type RequestFacts } from '../context/request-context.ts'
import { headCommitted, replyClosed, requestRead } from '../delivery/channels.ts'
import { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import { type Outcome, toBrokenOutcome } from '../delivery/sink.ts'
import type { Replyable } from '../gateway/handler.ts'
import type { Endpoint } from '../gateway/router.ts'
import { isAnswer, statusOf, toErrorReply } from '../gateway/to-error-reply.ts'
import { toReply } from '../gateway/to-reply.ts'
import { HttpError, InternalRedirect } from '../reply/http-error.ts'
import { Reply, reply } from '../reply/reply.ts'
import type { ReplyOptions } from '../reply/reply-options.ts'
import { forRequest } from '../reply/selection/file-reply.ts'
import type { Application } from './application.ts'
import { RedirectedRequest } from './redirected-request.ts'
import { Sending } from './sending.ts'
import type { Live, Wire } from './wire.ts'

type OnClose = ReplyOptions['onClose']

// RFC 9110 §9.3.7: `OPTIONS *` asks of the server, not of a route.
const ALL_METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'

// Internal redirects in one request: more are a loop.
const REDIRECT_LIMIT = 10

/** One request being answered. */
export class Exchange implements Live {
  readonly #application: Application
  readonly #wire: Wire
  #context: RequestContext | undefined
  #facts: RequestFacts | undefined
  #visited: Set<string> | undefined
  #handling: Promise<unknown> | undefined
  #sending: Sending | undefined
  #aborted: ClientGone | ShuttingDown | undefined
  #lateOnClose: OnClose
  // What the first error reply is for; where that fails too, a second one says the status alone.
  #failure: { error: unknown; isLast: boolean } | undefined
  #mustClose = false
  // The context of a handler that took too long.
  #givenUp: RequestContext | undefined
  #isOver = false

  constructor(application: Application, wire: Wire) {
    this.#application = application
    this.#wire = wire
  }

  /** Answers the request. */
  start(): void {
    this.#wire.open(this)
    try {
      this.#facts = this.#wire.readRequest()
      this.#dispatch(this.#facts)
    } catch (error) {
      this.#fail(error)
    }
  }

  abort(reason: ClientGone | ShuttingDown): void {
    if (this.#isOver || this.#aborted) return
    this.#aborted = reason
    this.#context?.abort(reason)
    if (this.#sending) return this.#sending.abort(reason)
    if (!(reason instanceof ClientGone)) this.#wire.destroy()
    // What the handler registered is closed when it has come to its end, or has had time to.
    void runClosers([() => this.#handling]).then((errors) =>
      this.#complete(toBrokenOutcome(reason), errors, this.#lateOnClose),
    )
  }

  #dispatch(facts: RequestFacts): void {
    const context = new RequestContext(facts, this.#context)
    this.#context = context
    if (requestRead.hasSubscribers) {
      requestRead.publish({ reply: this, method: context.method, path: context.path })
    }
    // `TRACE` would be an echo of the client's cookies, and a web `Request` cannot have it.
    const isOfServer = context.method === 'TRACE' || context.path === '*'
    if (isOfServer) return this.#answerMethod(context, ALL_METHODS)
    const match = this.#application.find(context.method, context.path)
    if (match.kind === 'no-path') throw new HttpError(404)
    if (match.kind === 'no-method') return this.#answerMethod(context, match.allow)
    if (match.params) context.params = match.params
    this.#call(context, match.endpoint)
  }

  #answerMethod(context: RequestContext, allow: string): void {
    if (context.method !== 'OPTIONS') throw new HttpError(405, '', { headers: { allow } })
    this.#send(reply(null, { status: 204, headers: { allow } }))
  }

  #call(context: RequestContext, { handler, stream }: Endpoint): void {
    const answer = runInContext(context, handler)
    if (!isPromiseLike(answer)) return void this.#answer(context, answer, stream)
    this.#handling = Promise.resolve(answer)
      .then((settled) => this.#answer(context, settled, stream))
      .catch((error: unknown) => (this.#givenUp === context ? this.#reportLate(error) : this.#fail(error)))
    if (this.#application.handlerTimeout < Infinity) this.#limitTime(context, this.#handling)
  }

  #limitTime(context: RequestContext, handling: Promise<unknown>): void {
    const timer = setTimeout(() => {
      if (this.#aborted || this.#isOver || this.#sending || this.#context !== context) return
      this.#givenUp = context
      const error = new HttpError(504)
      context.abort(error)
      this.#fail(error)
    }, this.#application.handlerTimeout)
    void handling.finally(() => clearTimeout(timer))
  }

  #answer(context: RequestContext, answer: Replyable, isStreamed: boolean): Promise<void> | undefined {
    const aborted = this.#aborted ?? (this.#givenUp === context ? new HttpError(504) : undefined)
    if (aborted) return runInContext(context, () => this.#discard(answer, aborted))
    const isPlain = typeof answer === 'string' || isBytes(answer)
    if (isPlain && this.#takesPlain && !this.#isWatched(context)) {
      this.#wire.sendPlain(answer, !this.#mustClose)
      this.#leave()
    } else this.#send(runInContext(context, () => forRequest(toReply(answer, isStreamed), context)))
    return undefined
  }

  // True when somebody waits for a moment of this reply.
  #isWatched(context: RequestContext): boolean {
    return context.hasClosers || headCommitted.hasSubscribers || replyClosed.hasSubscribers
  }

  // One that waits for its turn on the connection is still alive until it has left.
  get #takesPlain(): boolean {
    const { method, version, isNext } = this.#wire
    return method !== 'HEAD' && version === '1.1' && isNext
  }

  // An answer that comes when nobody waits for it any more has a body that must be closed all the same (G5).
  async #discard(answer: Replyable, reason: ClientGone | ShuttingDown | HttpError): Promise<void> {
    const response = toReply(answer, true)
    const blocks = response instanceof Reply ? response.blocks : toBlocks(response.body)
    this.#reportAll(await blocks.close(reason))
    const { onClose } = response instanceof Reply ? response.options : {}
    if (this.#aborted && !this.#isOver) this.#lateOnClose = onClose
    else if (onClose) this.#reportAll(await this.#runClosers([() => onClose(toLateOutcome(reason))]))
  }

  #send(response: Response): void {
    const { onClose } = response instanceof Reply ? response.options : {}
    this.#sending = new Sending({
      response,
      wire: this.#wire,
      delivery: this.#application.delivery,
      mayStay: () => !this.#mustClose,
      subject: this,
      closed: (outcome, errors) => this.#sent(outcome, errors, onClose),
    })
    this.#sending.start()
  }

  #sent(outcome: Outcome, errors: readonly unknown[], onClose: OnClose): void {
    if (outcome.kind === 'failed') this.#report(outcome.error)
    if (outcome.kind !== 'refused') return this.#complete(outcome, errors, onClose)
    this.#sending = undefined
    void this.#runClosers(onClose ? [() => onClose(outcome)] : []).then((thrown) => {
      this.#reportAll([...errors, ...thrown])
      this.#fail(outcome.error)
    })
  }

  #fail(error: unknown): void {
    if (this.#isOver || this.#aborted) return this.#reportLate(error)
    if (error instanceof InternalRedirect && !this.#failure) return this.#redispatch(error.target)
    if (!isAnswer(error)) this.#report(error)
    if (this.#failure?.isLast) return void this.#wire.destroy()
    // What is left of a body that is too long is not read.
    if (error instanceof HttpError && error.status === 413) this.#mustClose = true
    const first = this.#failure
    this.#failure = { error: first?.error ?? error, isLast: first !== undefined }
    try {
      if (first) this.#send(toErrorReply(new HttpError(statusOf(first.error)), this.#protocol))
      else if (this.#context) this.#sendErrorPage(error, this.#context)
      else this.#send(this.#application.errorPages.toPlainReply(error, this.#protocol))
    } catch (cause) {
      this.#fail(cause)
    }
  }

  #sendErrorPage(error: unknown, context: RequestContext): void {
    const page = runInContext(context, () => this.#application.errorPages.toReply(error, context))
    if (!isPromiseLike(page)) return this.#send(page)
    this.#handling = Promise.resolve(page)
      .then((response) => (this.#aborted ? this.#discard(response, this.#aborted) : this.#send(response)))
      .catch((cause: unknown) => this.#fail(cause))
  }

  get #protocol(): Transport['protocol'] {
    return `HTTP/${this.#wire.version}`
  }

  // Nobody waits for the reply any more. What came of that is no fault; anything else must be heard of.
  #reportLate(error: unknown): void {
    const isExpected = error instanceof ClientGone || error instanceof ShuttingDown || error === this.#aborted
    const isAbort = error instanceof Error && error.name === 'AbortError'
    if (!isExpected && !isAbort && !(error instanceof InternalRedirect) && !isAnswer(error))
      this.#report(error)
  }

  #redispatch(target: string): void {
    this.#visited ??= new Set(this.#facts && [this.#facts.target])
    try {
      const isLoop = this.#visited.has(target) || this.#visited.size > REDIRECT_LIMIT
      if (isLoop) throw new Error(`Cannot redirect internally to ${target}: it goes round in circles`)
      this.#visited.add(target)
      if (this.#facts) this.#dispatch(new RedirectedRequest(this.#facts, target))
    } catch (error) {
      this.#fail(error)
    }
  }

  // In this order: blocks, source closed, what the context closes, `onClose` of the reply, then no context.
  #complete(outcome: Outcome, errors: readonly unknown[] = [], onClose?: OnClose): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reportAll(errors)
    const closers: Closer[] = [...(this.#context?.takeClosers() ?? [])]
    if (onClose) closers.push(() => onClose(outcome))
    if (closers.length === 0) return this.#leave(outcome, errors)
    void this.#runClosers(closers).then((thrown) => {
      this.#reportAll(thrown)
      this.#leave(outcome, [...errors, ...thrown])
    })
  }

  #runClosers(closers: readonly Closer[]): Promise<unknown[]> {
    const context = this.#context
    return context ? runInContext(context, () => runClosers(closers)) : runClosers(closers)
  }

  #reportAll(errors: readonly unknown[]): void {
    if (errors.length === 1) this.#report(errors[0])
    if (errors.length > 1)
      this.#report(new AggregateError(errors, 'Cannot close a reply: several closers failed'))
  }

  #report(error: unknown): void {
    this.#application.report(error, this.#context)
  }

  #leave(outcome?: Outcome, errors: readonly unknown[] = []): void {
    this.#isOver = true
    if (outcome && replyClosed.hasSubscribers) replyClosed.publish({ reply: this, outcome, errors })
    this.#context?.close()
    this.#wire.close(this)
  }
}

// A late answer was refused where the handler took too long; otherwise nobody was there for it.
function toLateOutcome(reason: ClientGone | ShuttingDown | HttpError): Outcome {
  if (!(reason instanceof HttpError)) return toBrokenOutcome(reason)
  return { kind: 'refused', error: reason, bytes: 0, blocks: 0 }
}
