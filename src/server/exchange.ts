// One request and its reply, from the handler to the last `onClose`, whatever happens to either.
import type { Channel } from 'node:diagnostics_channel'
import { type Bytes, isBytes } from '../body/block.ts'
import { toBlocks } from '../body/blocks.ts'
import { type Closer, isPromiseLike, runClosers } from '../body/run-closers.ts'
import { runInContext } from '../context/current-context.ts'
import type { Context, Transport } from '../context/context.ts'
import { RequestContext, type RequestFacts } from '../context/request-context.ts'
import {
  type Awaited,
  type LiveReply,
  type Progress,
  replyOver,
  type RequestMoment,
  requestRead,
  requestRedirected,
} from '../delivery/channels.ts'
import { ClientGone, type ShuttingDown } from '../delivery/errors.ts'
import { type Outcome, toBrokenOutcome } from '../delivery/sink.ts'
import type { Replyable } from '../gateway/handler.ts'
import type { Endpoint, Match } from '../gateway/router.ts'
import { statusOf, toErrorReply } from '../gateway/to-error-reply.ts'
import { toReply } from '../gateway/to-reply.ts'
import { HttpError, InternalRedirect } from '../reply/http-error.ts'
import { Reply, reply } from '../reply/reply.ts'
import type { ReplyOptions } from '../reply/reply-options.ts'
import { forRequest } from '../reply/selection/file-reply.ts'
import type { Application } from './application.ts'
import type { DrainedReply } from './drain/drain.ts'
import { findField } from './moments/find-field.ts'
import {
  type Failure,
  isFault,
  isFaultToNobody,
  outcomeToTell,
  toLateOutcome,
} from './moments/outcome-to-tell.ts'
import { tellClosed } from './moments/tell-closed.ts'
import { tellOver } from './moments/tell-over.ts'
import { isPlainWatched, progressOf, tellPlain } from './moments/tell-plain.ts'
import { toRequestMoment } from './moments/to-request-moment.ts'
import { RedirectedRequest } from './redirected-request.ts'
import { Sending, type SendingOwner } from './sending.ts'
import type { Live, Wire } from './wire.ts'

type OnClose = ReplyOptions['onClose']

// RFC 9110 §9.3.7: `OPTIONS *` asks of the server, not of a route.
const ALL_METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'

// Internal redirects in one request: more are a loop.
const REDIRECT_LIMIT = 10

/** One request being answered. */
export class Exchange implements Live, LiveReply<Context>, DrainedReply, SendingOwner {
  slot = -1
  outcome: Outcome | undefined
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
  #failure: (Failure & { isLast: boolean }) | undefined
  #mustClose = false
  // The context of a handler that took too long, or of a client that did.
  #givenUp: { context: RequestContext; error: HttpError } | undefined
  #isOver = false
  #route: string | undefined
  // What went the short way while somebody watches, or has not left yet.
  #plain: Progress | undefined
  // Kept where somebody may ask for it when it is over.
  #startedAt: number | undefined

  constructor(application: Application, wire: Wire) {
    this.#application = application
    this.#wire = wire
  }

  /** Answers the request. */
  start(): void {
    this.#application.drain.add(this, this.#wire.arrivedAt)
    this.#wire.open(this)
    // A connection that is gone says whose it was only where it was asked before.
    if (replyOver.hasSubscribers) void this.#wire.remoteAddress
    try {
      this.#facts = this.#wire.readRequest()
      this.#dispatch(this.#facts)
    } catch (error) {
      if (!this.#context) this.#tellRequest(requestRead)
      this.#fail(error)
    }
  }

  get progress(): Progress {
    return this.#sending?.progress ?? this.#plain ?? nothing
  }

  get status(): number | undefined {
    return this.#sending ? this.#sending.status : this.#plain && 200
  }

  get encoding(): string | undefined {
    return this.#sending?.encoding
  }

  get awaits(): Awaited {
    if (this.#isOver || this.#aborted) return 'close'
    return this.#sending?.awaits ?? (this.#plain ? 'client' : 'handler')
  }

  requestField(name: string): string | undefined {
    if (this.#facts?.field) return this.#facts.field(name)
    return this.#context?.headers.get(name) ?? findField(this.#wire.fields ?? [], name)
  }

  get mayStay(): boolean {
    return !this.#mustClose
  }

  abort(reason: ClientGone | ShuttingDown): void {
    if (this.#isOver || this.#aborted) return
    this.#aborted = reason
    this.#context?.abort(reason)
    if (this.#sending) return this.#sending.abort(reason)
    if (!(reason instanceof ClientGone)) this.#wire.destroy()
    // What the handler registered is closed when it has come to its end, or has had time to.
    void runClosers([() => this.#handling]).then((errors) =>
      this.#complete({ ...toBrokenOutcome(reason), ...this.progress }, errors, this.#lateOnClose),
    )
  }

  giveUp(error: HttpError): void {
    const context = this.#context
    if (this.#aborted || this.#isOver || !context) return
    context.abort(error)
    if (this.#sending) return
    this.#givenUp = { context, error }
    this.#fail(error)
  }

  describe(): ReturnType<DrainedReply['describe']> {
    const { method, path, protocol } = this.toRequest()
    return { method, path, protocol }
  }

  drain(): void {
    this.#context?.drain(this.#application.drain.reason)
  }

  askLast(): void {
    const context = this.#context
    if (!context) return
    const { drain } = this.#application
    const report = (error: unknown) => this.#report(error)
    this.#sending?.drain((own) => runInContext(context, () => drain.takeLastBlock(own, context, report)))
  }

  ask(): boolean {
    return this.#wire.ask?.() ?? false
  }

  #dispatch(facts: RequestFacts): void {
    const context = new RequestContext(facts, this.#context)
    const { reason } = this.#application.drain
    if (reason) context.drain(reason)
    const channel = this.#context ? requestRedirected : requestRead
    this.#context = context
    let match: Match | undefined
    try {
      match = this.#find(context)
    } finally {
      this.#route = match?.kind === 'found' ? match.endpoint.route : undefined
      this.#tellRequest(channel)
    }
    if (!match) return this.#answerMethod(context, ALL_METHODS)
    if (match.kind === 'no-path') throw new HttpError(404)
    if (match.kind === 'no-method') return this.#answerMethod(context, match.allow)
    if (match.params) context.params = match.params
    this.#call(context, match.endpoint)
  }

  // Undefined for a request that is not for a route. `TRACE` would be an echo of the client's cookies, and a web
  // `Request` cannot have it.
  #find({ method, path }: RequestContext): Match | undefined {
    return method === 'TRACE' || path === '*' ? undefined : this.#application.find(method, path)
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
      .catch((error: unknown) =>
        this.#givenUp?.context === context ? this.#reportLate(error) : this.#fail(error),
      )
    if (this.#application.handlerTimeout < Infinity) this.#limitTime(context, this.#handling)
  }

  #limitTime(context: RequestContext, handling: Promise<unknown>): void {
    const timer = setTimeout(() => {
      if (!this.#sending && this.#context === context) this.giveUp(new HttpError(504))
    }, this.#application.handlerTimeout)
    void handling.finally(() => clearTimeout(timer))
  }

  #answer(context: RequestContext, answer: Replyable, isStreamed: boolean): Promise<void> | undefined {
    const aborted = this.#aborted ?? (this.#givenUp?.context === context ? this.#givenUp.error : undefined)
    if (aborted) return runInContext(context, () => this.#discard(answer, aborted))
    const isPlain = typeof answer === 'string' || isBytes(answer)
    if (isPlain && this.#takesPlain && !context.hasClosers && (!isPlainWatched() || this.#wire.whenSent))
      this.#sendPlain(answer)
    else this.#send(runInContext(context, () => forRequest(toReply(answer, isStreamed), context)))
    return undefined
  }

  // It lives until it has left, whether anybody watches or not: it counts for its client for so long (G13).
  #sendPlain(body: string | Bytes): void {
    const wire = this.#wire
    wire.sendPlain(body, !this.#mustClose)
    const isWatched = isPlainWatched()
    const stays = wire.whenSent !== undefined && (isWatched || wire.isHeld)
    if (isWatched) this.#plain = tellPlain(this, body, wire)
    else if (stays || replyOver.hasSubscribers) this.#plain = progressOf(body)
    if (stays) wire.whenSent?.(() => this.#complete({ kind: 'complete', ...this.progress }))
    else this.#leave()
  }

  // One that waits for its turn on the connection is still alive until it has left.
  get #takesPlain(): boolean {
    const { method, version, isNext } = this.#wire
    return method !== 'HEAD' && version !== '1.0' && isNext
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
    const { delivery } = this.#application
    this.#sending = new Sending({ response, wire: this.#wire, delivery, owner: this })
    if (this.#application.drain.reason) this.askLast()
    this.#sending.start()
  }

  sent(outcome: Outcome, errors: readonly unknown[], { onClose }: ReplyOptions): void {
    if (outcome.kind === 'failed') this.#report(outcome.error)
    if (outcome.kind !== 'refused') return this.#complete(outcome, errors, onClose)
    this.#sending = undefined
    void this.#runClosers(onClose ? [() => onClose(outcome)] : []).then((thrown) => {
      this.#reportAll([...errors, ...thrown])
      this.#fail(outcome.error)
      // Its client has left while the body was closed: there is nobody for an error reply.
      if (this.#aborted) this.#complete(toBrokenOutcome(this.#aborted))
    })
  }

  #fail(error: unknown): void {
    if (this.#isOver || this.#aborted) return this.#reportLate(error)
    if (error instanceof InternalRedirect && !this.#failure) return this.#redispatch(error.target)
    const isOfRequest = !this.#facts
    if (isFault({ error, isOfRequest })) this.#report(error)
    if (this.#failure?.isLast) {
      this.#failure.isGivenUp = true
      return void this.#wire.destroy()
    }
    // What is left of a body that is too long, or too slow, is not read.
    if (error instanceof HttpError && (error.status === 413 || error.status === 408)) this.#mustClose = true
    const first = this.#failure
    this.#failure = { error: first?.error ?? error, isOfRequest, isLast: first !== undefined }
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
    if (error !== this.#aborted && isFaultToNobody(error)) this.#report(error)
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

  // In this order: blocks, source closed, what the context closes, `onClose`, then no context.
  #complete(outcome: Outcome, errors: readonly unknown[] = [], onClose?: OnClose): void {
    if (this.#isOver) return
    this.#isOver = true
    this.outcome = outcome
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
    const told = outcome && outcomeToTell(outcome, this.#failure)
    if (told) tellClosed(this, told, errors)
    if (replyOver.hasSubscribers) {
      this.#startedAt = this.#application.drain.startOf(this)
      tellOver(this, told, this.#startedAt)
    }
    this.#context?.close()
    this.#application.drain.remove(this, outcome)
    this.#wire.close(this)
  }

  toRequest(): RequestMoment<Context> {
    const startedAt = this.#startedAt ?? this.#application.drain.startOf(this)
    return toRequestMoment(this, {
      wire: this.#wire,
      context: this.#context,
      route: this.#route,
      startedAt,
    })
  }

  #tellRequest(channel: Channel): void {
    if (channel.hasSubscribers) channel.publish(this.toRequest())
  }
}

const nothing: Progress = { bytes: 0, blocks: 0 }
