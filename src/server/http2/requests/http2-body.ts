import type { ServerHttp2Stream } from 'node:http2'
import { ClientGone } from '../../../delivery/errors.ts'
import { type RequestBodyPlan, tooLarge, toSlowError } from '../../http1/requests/request-body.ts'
import type { IncomingBody } from '../../limits/body-guard.ts'

/** The body of a request on a stream of HTTP/2. A stream that is not read stops its client at its window (RFC 9113 §5.2). */
export class Http2Body implements IncomingBody {
  /** What is over the limit is seen as it is read. */
  readonly isTooLong = false
  readonly #stream: ServerHttp2Stream
  readonly #plan: RequestBodyPlan
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #received = 0
  #isBegun = false
  #isPulled = false
  #isEnded = false

  constructor(stream: ServerHttp2Stream, plan: RequestBodyPlan) {
    this.#stream = stream
    this.#plan = plan
  }

  get received(): number {
    return this.#received
  }

  get isWanted(): boolean {
    return this.#isPulled
  }

  get isOver(): boolean {
    return this.#isEnded || this.#stream.destroyed
  }

  giveUp(): void {
    const error = toSlowError(this.#stream.headersSent)
    // In this order: a reply that is broken off is not told of its source.
    this.#plan.givenUp(error)
    this.#controller?.error(error)
  }

  /** The stream that the application reads. */
  open(): ReadableStream<Uint8Array> {
    // The iterator must leave the stream alone when it is given up: destroying it would take the reply along.
    const pieces: AsyncIterator<Uint8Array> = this.#stream.iterator({ destroyOnReturn: false })
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: async (controller) => {
          const step = await this.#pull(pieces)
          // A stream that was reset ends like any other.
          if (this.#stream.aborted && this.#stream.rstCode !== 0) throw toClientGone(undefined)
          if (step.done) return this.#end(controller)
          this.#received += step.value.byteLength
          if (this.#received > this.#plan.limit) throw tooLarge(this.#plan.limit)
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
      throw toClientGone(cause)
    } finally {
      this.#isPulled = false
    }
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#isEnded = true
    controller.close()
  }
}

function toClientGone(cause: unknown): ClientGone {
  return new ClientGone('Cannot read the request body: the client has left', { cause })
}
