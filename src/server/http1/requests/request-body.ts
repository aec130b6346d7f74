import type { ServerResponse } from 'node:http'
import { ClientGone, TooSlow } from '../../../delivery/errors.ts'
import { HttpError } from '../../../reply/http-error.ts'
import type { BodyGuard, IncomingBody } from '../../limits/body-guard.ts'

/** Who answers for a request. */
export interface Answering {
  /** Its body was given up while it was read. */
  giveUp(error: HttpError | ClientGone): void
}

export interface RequestBodyPlan {
  /** Bytes that it may have. */
  readonly limit: number
  /** Who gives it up when it is too slow; undefined for nobody. */
  readonly guard: BodyGuard | undefined
  /** Called once, when it is first read: it tells a client that waits for `100 Continue` to send it. */
  readonly begin: () => void
  /** Called when it was given up while it was read. */
  readonly givenUp: (error: HttpError | ClientGone) => void
}

// Bytes that may have come of a body before they are read: 64 KiB in chunks of one byte, and a packet.
const SLACK = 1 << 20

/**
 * The body of a request that node:http has parsed: it is read as the application reads it, and what is left of it when
 * the reply has gone is taken and dropped.
 */
export class RequestBody implements IncomingBody {
  readonly #nodeResponse: ServerResponse
  readonly #plan: RequestBodyPlan
  readonly #start: number
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #isBegun = false
  #isPulled = false
  // Bytes that had come on the connection when dropping began.
  #droppedFrom: number | undefined

  constructor(nodeResponse: ServerResponse, plan: RequestBodyPlan) {
    this.#nodeResponse = nodeResponse
    this.#plan = plan
    this.#start = this.received
    nodeResponse.once('finish', () => this.#drop())
  }

  get received(): number {
    return this.#nodeResponse.req.socket.bytesRead
  }

  get isWanted(): boolean {
    return this.#isPulled || this.#droppedFrom !== undefined
  }

  get isOver(): boolean {
    const { complete, socket } = this.#nodeResponse.req
    return complete || socket.destroyed
  }

  get isTooLong(): boolean {
    return this.#droppedFrom !== undefined && this.received - this.#droppedFrom > this.#plan.limit
  }

  giveUp(): void {
    const { req: request } = this.#nodeResponse
    if (this.#droppedFrom !== undefined) return void request.socket.destroy()
    const error = toSlowError(this.#nodeResponse.headersSent)
    this.#nodeResponse.shouldKeepAlive = false
    // In this order: a reply that is broken off is not told of its source.
    this.#plan.givenUp(error)
    this.#controller?.error(error)
  }

  /** The stream that the application reads. */
  open(): ReadableStream<Uint8Array> {
    // The iterator must leave the request alone when it is given up: destroying it would take the reply along.
    const pieces: AsyncIterator<Uint8Array> = this.#nodeResponse.req.iterator({ destroyOnReturn: false })
    let bytes = 0
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: async (controller) => {
          const step = await this.#pull(pieces)
          if (step.done) return controller.close()
          bytes += step.value.byteLength
          if (bytes > this.#plan.limit) throw tooLarge(this.#plan.limit)
          if (this.#isInflated(bytes)) throw this.#refuse()
          controller.enqueue(step.value)
        },
      },
      { highWaterMark: 0 },
    )
  }

  async #pull(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    if (!this.#isBegun) this.#plan.begin()
    this.#isBegun = true
    this.#isPulled = true
    if (!this.isOver) this.#plan.guard?.watch(this)
    try {
      return await pieces.next()
    } catch (cause) {
      throw new ClientGone('Cannot read the request body: the client has left', { cause })
    } finally {
      this.#isPulled = false
    }
  }

  // Whatever the application makes of it: this is no body that somebody has to send.
  #refuse(): HttpError | ClientGone {
    const text = 'Cannot take chunks whose extensions are so long: send them without'
    const error = this.#nodeResponse.headersSent ? new ClientGone(text) : new HttpError(400, text)
    this.#nodeResponse.shouldKeepAlive = false
    this.#plan.givenUp(error)
    return error
  }

  // Each chunk may have an extension of 16 KiB, which nobody reads. As long as a request is not complete, what has come
  // since its head is its body; a chunk of one byte takes six.
  #isInflated(bytes: number): boolean {
    const came = this.received - this.#start
    return came > bytes * 8 + SLACK && !this.#nodeResponse.req.complete
  }

  // node:http reads to the end what nobody has read, but not what somebody has read in part.
  #drop(): void {
    const { req: request } = this.#nodeResponse
    if (this.#controller) {
      // The listener of the iterator would keep it from flowing; one for data keeps it so, whenever Node looks again.
      request.removeAllListeners('readable')
      request.on('data', () => {})
      request.resume()
    }
    if (this.isOver) return this.#plan.guard?.forget(this)
    this.#droppedFrom = this.received
    this.#plan.guard?.watch(this)
  }
}

/** Why a body was given up: an answer, or where a head has gone out already, the end of the reply. */
export function toSlowError(isAnswered: boolean): HttpError | TooSlow {
  if (isAnswered) return new TooSlow('The client has sent its request too slowly')
  return new HttpError(408, 'Cannot read the request body: the client sends it too slowly')
}

/** The refusal of a body of more than so many bytes. */
export function tooLarge(limit: number): HttpError {
  return new HttpError(413, `Cannot take a request body of more than ${limit} bytes`)
}
