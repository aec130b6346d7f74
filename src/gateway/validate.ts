import type { Context } from '../context/context.ts'
import { ContractError } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import { isHopByHop, parseContentLength, toFields } from '../reply/head.ts'
import { Reply, stream } from '../reply/reply.ts'
import type { Handler, Replyable } from './handler.ts'
import { toReply } from './to-reply.ts'
import { type BodyRules, ValidatedBlocks } from './validated-blocks.ts'

/**
 * A handler under the eyes of a validator, which throws a `ContractError` with the number of the guarantee for what
 * breaks one:
 *
 * - G2 A block is asked for while the last one has not come.
 * - G3 Status or headers change after the first block with bytes.
 * - G5 A body is asked after its end or after it was closed, is read twice, or is left open.
 * - G6 A body is longer or shorter than its length; Content-Length is no number.
 * - G7 The source of a `HEAD`, 204 or 304 is asked.
 * - G8 A header of the connection is set.
 * - G9 A source is asked outside of the context of its reply.
 * - G11 A value that is no block is given; middleware takes a block and gives none before it asks for the next, swallows
 *   `flush`, forgets the length, the trailers, `onClose` or `onError` of what it does not change.
 *
 * The rules for middleware need two: `validate(middleware(validate(handler)))`. The reply stays the same object.
 */
export function validate(handler: Handler): Handler {
  return async (context) => {
    const place = new Place(context)
    try {
      return place.take(await handler(context))
    } finally {
      place.leave()
    }
  }
}

interface Taken {
  readonly reply: Reply
  readonly blocks: ValidatedBlocks
}

// The validator whose handler runs now, of each request.
const running = new WeakMap<Map<unknown, unknown>, Place>()

/** Where one validator stands in one request. */
class Place {
  readonly #context: Context
  readonly #outer: Place | undefined
  #inner: Taken | undefined

  constructor(context: Context) {
    this.#context = context
    this.#outer = running.get(context.state)
    running.set(context.state, this)
  }

  /** The handler has answered, or thrown. */
  leave(): void {
    if (this.#outer) running.set(this.#context.state, this.#outer)
    else running.delete(this.#context.state)
  }

  take(answer: Replyable): Replyable {
    const reply = toValidReply(answer)
    if (!reply) return answer
    checkFields(reply)
    const inner = this.#inner
    const blocks = new ValidatedBlocks(reply.blocks, this.#rulesOf(reply))
    if (inner) {
      inner.blocks.outer = blocks
      blocks.inner = inner.blocks
    }
    // The same reply, so that whoever keeps it can still change its head, or close it.
    Object.defineProperty(reply, 'blocks', { value: blocks, configurable: true, enumerable: true })
    if (this.#outer) this.#outer.#inner = { reply, blocks }
    this.#context.onClose(() => blocks.checkClosed())
    return reply
  }

  #rulesOf(reply: Reply): BodyRules {
    const { method } = this.#context
    const inner = this.#inner
    const seal = new HeadSeal(reply)
    const isOutermost = this.#outer === undefined
    return {
      context: this.#context,
      isWanted: () => method !== 'HEAD' && !isBodiless(reply.status),
      isByTurn: (reply.options.delivery ?? this.#context.transport.delivery) === 'turn',
      isStreamed: reply.streaming,
      isOutermost,
      announced: () => parseContentLength(reply.headers),
      checkHead: () => isOutermost && seal.check(),
      checkForwarded: () => inner && checkForwarded(inner.reply, reply),
    }
  }
}

/** The head as it went out. */
class HeadSeal {
  readonly #reply: Reply
  #sent: string | undefined

  constructor(reply: Reply) {
    this.#reply = reply
  }

  /** @throws ContractError G3 when the head is another one than at the first call. */
  check(): void {
    const { status, headers } = this.#reply
    const now = JSON.stringify([status, ...headers])
    this.#sent ??= now
    if (this.#sent === now) return
    throw new ContractError(
      'G3',
      `Cannot change the head from ${this.#sent} to ${now}: it has gone out with the first block`,
    )
  }
}

// Undefined for what has no body to look at: it goes on as it is.
function toValidReply(answer: Replyable): Reply | undefined {
  const response = toReply(answer, false)
  if (response instanceof Reply) {
    const { literal, started, isClosed } = response.blocks
    if (literal === undefined && (started || isClosed)) throw readBefore()
    return response
  }
  if (response.bodyUsed || response.body?.locked) throw readBefore()
  if (!response.body) return undefined
  const { status, statusText } = response
  const headers = [...response.headers].filter(([name]) => !isHopByHop(name))
  return stream(response.body, { status, statusText, headers })
}

function readBefore(): ContractError {
  return new ContractError(
    'G5',
    'Cannot send a reply whose body was read or closed before: make a reply for each request',
  )
}

function checkFields({ headers, blocks, status }: Reply): void {
  toFields(headers)
  const announced = parseContentLength(headers)
  if (blocks.literal === undefined || blocks.length === undefined || isBodiless(status)) return
  if (announced === undefined || announced === blocks.length) return
  throw new ContractError(
    'G6',
    `Cannot send a body of ${blocks.length} bytes: Content-Length is ${announced}; leave it out, it is added`,
  )
}

function checkForwarded(inner: Reply, outer: Reply): void {
  for (const name of ['trailers', 'onClose', 'onError', 'lastBlock'] as const) {
    if (inner.options[name] === undefined || outer.options[name] !== undefined) continue
    throw new ContractError(
      'G11',
      `Cannot forget \`${name}\` of a reply: middleware sends its blocks in another reply; give that one \`${name}\` too`,
    )
  }
}
