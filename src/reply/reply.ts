import { describeValue } from '../body/block.ts'
import { Blocks, toBlocks } from '../body/blocks.ts'
import { type PushFunction, toPushedBlocks } from '../body/pushed-blocks.ts'
import { type Body, isBlob, isLiteral, isSource, notASource } from '../body/source.ts'
import { ContractError } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import { forwardChanges, sealHeaders } from './head.ts'
import { checkInitNames, type ReplyInit, type ReplyOptions, toReplyOptions } from './reply-options.ts'
import { toWebBody } from './web-body.ts'

/**
 * Status, headers and a body of blocks. It is a web `Response`: any host that takes one can send it; millrace's own
 * server takes the blocks. Status and headers may change until the head goes out.
 */
export class Reply extends Response {
  /** The body. */
  readonly blocks: Blocks
  /** False when the body is collected before the head goes out. */
  readonly streaming: boolean
  readonly options: ReplyOptions
  #isCommitted = false
  #isClaimed = false
  #copy: Reply | undefined

  /** @throws RangeError for a status outside 200 to 599; TypeError for a malformed header or body. */
  constructor(blocks: Blocks, streaming: boolean, init: ReplyInit) {
    const options = toReplyOptions(init)
    const { status = 200 } = init
    if (isBodiless(status) && blocks.length !== 0) warnOfBody(status)
    // RFC 9110 §15.3.6: it says itself that it has none, with a Content-Length of 0.
    if (status === 205 && blocks.length !== 0)
      throw new RangeError('Cannot send a body with status 205: give null')
    super(isBodiless(status) || status === 205 ? null : toWebBody(blocks, streaming, () => this), init)
    this.blocks = blocks
    this.streaming = streaming
    this.options = options
  }

  /**
   * Changes the status before the head goes out; headers change through `headers`.
   * @throws ContractError G3 after that; RangeError for a status outside 200 to 599.
   */
  setStatus(status: number): void {
    if (this.#isCommitted) {
      throw new ContractError(
        'G3',
        `Cannot change the status to ${status}: the head has gone out with ${this.status}`,
      )
    }
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`Cannot set the status to ${status}: give 200 to 599`)
    }
    this.#copy?.setStatus(status)
    define(this, { status, ok: status < 300, statusText: '' })
  }

  /**
   * Called by whoever puts a copy in its place, whose body asks the source of this one: what that changes here from now on
   * is changed in the copy, and an error where that has gone out (G3). `adapt` then makes the head of the copy true again.
   */
  leadTo(copy: Reply, adapt: (headers: Headers) => void): void {
    // Text and bytes run nothing, and may be sent again.
    if (this.blocks.literal !== undefined) return
    this.#copy = copy
    forwardChanges(this.headers, copy.headers, adapt)
  }

  /** The reply whose head goes out, this one or a copy; undefined where that is not known, as with another host. */
  get outgoing(): Reply | undefined {
    return this.#isClaimed ? this : this.#copy?.outgoing
  }

  /** Called by whoever is about to send this reply, and asks for its head when the first block is there. */
  claim(): void {
    this.#isClaimed = true
  }

  /** The same reply once more, for who reads its body: a web `Response`. */
  override clone(): Response {
    const copy = super.clone()
    define(copy, { status: this.status, ok: this.ok, statusText: this.statusText })
    return copy
  }

  /** Called by whoever sends the head: every later change to it is an error (G3). */
  commit(): void {
    this.#isCommitted = true
    sealHeaders(this.headers)
  }
}

/**
 * A buffered reply: the whole body is collected before the head goes out, so that an error gives a whole error reply
 * and the client gets a Content-Length. `maxBytes` guards memory.
 */
export function reply(body: Body, init: ReplyInit = {}): Reply {
  return makeReply(checkBody(body), false, init)
}

/** A streamed reply: each block is sent before the source is asked for the next. */
export function stream(source: Exclude<Body, null> | Blocks, init: ReplyInit = {}): Reply {
  if (source === null) throw notASource(source)
  return makeReply(source instanceof Blocks ? source : checkBody(source), true, init)
}

/** A streamed reply of what a function writes; its promise ends the body, or fails it. */
export function push(write: PushFunction, init: ReplyInit = {}): Reply {
  if (typeof write !== 'function') {
    throw new TypeError(`Cannot push ${describeValue(write)}: give a function that takes \`out\``)
  }
  return makeReply(toPushedBlocks(write), true, init)
}

/** What `make` makes of blocks; where it throws, they are closed: whoever has handed them over does not (G5). */
export function makeOrClose<T>(blocks: Pick<Blocks, 'close'>, make: () => T): T {
  try {
    return make()
  } catch (error) {
    void blocks.close(error)
    throw error
  }
}

function makeReply(body: unknown, streaming: boolean, init: ReplyInit): Reply {
  const blocks = toBlocks(body)
  return makeOrClose(blocks, () => {
    checkInitNames(init)
    return new Reply(blocks, streaming, withType(body, init))
  })
}

// A `Blob` knows its type, as it does in a web `Response`.
function withType(body: unknown, init: ReplyInit): ReplyInit {
  if (typeof body !== 'object' || body === null || !isBlob(body) || body.type === '') return init
  const headers = new Headers(init.headers)
  if (!headers.has('content-type')) headers.set('content-type', body.type)
  return { ...init, headers }
}

// A web `Response` has them as accessors without setters, on its prototype.
function define(target: Response, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true })
  }
}

function checkBody(body: unknown): unknown {
  if (isLiteral(body) || isSource(body)) return body
  if (typeof body === 'object' && body !== null && isBlob(body)) return body
  throw notASource(body)
}

let hasWarned = false

function warnOfBody(status: number | undefined): void {
  if (hasWarned) return
  hasWarned = true
  process.emitWarning(`A reply of status ${status} has no body: what is given is dropped, and closed`, {
    code: 'MILLRACE_BODY_DROPPED',
  })
}
