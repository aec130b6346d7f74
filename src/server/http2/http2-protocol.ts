import type { ServerSessionOptions } from 'node:http2'
import type { Socket } from 'node:net'
import type { ShuttingDown } from '../../delivery/errors.ts'
import type { Protocol, ProtocolPlan } from '../port/protocol.ts'
import { toHttp2Options } from './http2-options.ts'
import { Http2Session } from './http2-session.ts'

/** HTTP/2, as node:http2 frames it; over TLS or with prior knowledge. */
export class Http2Protocol implements Protocol {
  readonly #plan: ProtocolPlan
  readonly #options: ServerSessionOptions
  readonly #sessions = new Set<Http2Session>()
  #draining: { lingers: boolean } | undefined
  #drained: PromiseWithResolvers<void> | undefined

  constructor(plan: ProtocolPlan) {
    this.#plan = plan
    this.#options = toHttp2Options(plan.limits ?? {})
  }

  take(socket: Socket, used = 0): void {
    if (socket.destroyed) return
    const session = new Http2Session({
      socket,
      plan: this.#plan,
      options: this.#options,
      idleTimeout: this.#plan.limits?.sessionTimeout ?? 60_000,
    })
    this.#plan.heads?.age(socket, used)
    this.#sessions.add(session)
    void session.over.then(() => this.#forget(session))
    // It was accepted before, and has only now said what it speaks.
    if (this.#draining) session.drain(this.#draining)
  }

  async drain(options: { lingers: boolean }): Promise<void> {
    this.#draining = options
    for (const session of this.#sessions) session.drain(options)
    if (this.#sessions.size > 0) await (this.#drained ??= Promise.withResolvers()).promise
  }

  abort(reason: ShuttingDown): void {
    for (const session of this.#sessions) {
      session.abort(reason)
      session.destroy()
    }
  }

  #forget(session: Http2Session): void {
    this.#sessions.delete(session)
    if (this.#sessions.size > 0) return
    this.#drained?.resolve()
    this.#drained = undefined
  }
}
