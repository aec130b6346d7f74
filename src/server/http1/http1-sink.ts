// HTTP/1.1 and 1.0: node:http writes the head and the end, the body goes to the socket itself. `ServerResponse`
// corks its writes until the next tick, so that a block would wait while the application computes (G1); a write to
// the socket is with the operating system when it returns, unless the client does not read.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ClientGone, LifecycleError, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { FirstBlock, Sink } from '../../delivery/sink.ts'
import type { PendingHead } from '../wire.ts'
import { resetSocket } from './reset-socket.ts'
import { resetting } from './resetting.ts'

const NOTHING = new Uint8Array(0)

/** How long what was handed over may take to leave when the reply has failed, in milliseconds. */
const DRAIN_LIMIT = 2000

// A reset discards what the kernel has not sent yet; this long is left to it, in milliseconds.
const RESET_DELAY = 50

/** One reply on an HTTP/1 connection. The response must have its socket: a pipelined one gets it on its turn. */
export class Http1Sink implements Sink {
  readonly #response: ServerResponse
  readonly #socket: Socket
  // Let go of when it is written: the reply that it holds is not needed any more.
  #head: PendingHead | undefined
  #framing: Framing = { kind: 'none' }
  #isHeadWaiting = false
  #isCommitted = false
  #isEnding = false
  // Who waits for what is with the socket.
  #free: (() => void) | undefined

  constructor(response: ServerResponse, socket: Socket, head: PendingHead) {
    this.#response = response
    this.#socket = socket
    this.#head = head
  }

  // A head that waits for its first block is not held: the next write takes it along. What is given to a socket that
  // is destroyed stays here for ever.
  get held(): boolean {
    if (this.#socket.destroyed) return true
    return !this.#isHeadWaiting && this.#socket.writableLength > 0
  }

  frame(first: FirstBlock): Framing {
    if (!this.#head) throw new LifecycleError('Cannot decide the framing: the head has gone out')
    return this.#head.frame(first)
  }

  commit(framing: Framing): void {
    this.#head?.write(framing)
    this.#head = undefined
    this.#framing = framing
    this.#isCommitted = true
    this.#isHeadWaiting = true
    this.#socket.cork()
    // flushHeaders() writes in the encoding of the socket; a head is latin1 (RFC 9110 §5.5).
    this.#socket.setDefaultEncoding('latin1')
    this.#response.flushHeaders()
    this.#socket.setDefaultEncoding('utf8')
  }

  write(frame: Uint8Array): void {
    this.#socket.write(frame)
    if (this.#isHeadWaiting) this.push()
  }

  writeAll(frames: readonly Uint8Array[]): void {
    if (!this.#isHeadWaiting) this.#socket.cork()
    for (const frame of frames) this.#socket.write(frame)
    this.#isHeadWaiting = false
    this.#socket.uncork()
  }

  push(): void {
    this.#isHeadWaiting = false
    this.#socket.uncork()
  }

  // A callback for each write would be a tick for each: who waits writes nothing, behind what is held. Its callback comes
  // on drain, on error and on close; `drain` alone would be waited for in vain. A socket that has failed is never free again:
  // its `close` is about to abort the reply.
  whenFree(callback: () => void): void {
    if (this.#socket.destroyed) return
    this.#free = callback
    this.#socket.write(NOTHING, (error) => {
      if (error || this.#free !== callback) return
      this.#free = undefined
      callback()
    })
  }

  /**
   * Sends a byte that a client takes no notice of, between two chunks; false anywhere else. RFC 9112 §7.1: the size of
   * the next chunk may begin with zeros.
   */
  ask(): boolean {
    const isOpen = this.#isCommitted && !this.#isHeadWaiting && !this.#isEnding
    if (!isOpen || this.#framing.kind !== 'chunked' || this.held || resetting.has(this.#socket)) return false
    this.#socket.write('0')
    return true
  }

  end(last: readonly Uint8Array[], trailers: readonly string[], ended: () => void): void {
    this.#isEnding = true
    const socket = this.#socket
    if (!this.#isHeadWaiting) socket.cork()
    for (const frame of last) socket.write(frame)
    if (trailers.length > 0 && this.#framing.kind === 'chunked') this.#response.addTrailers(inPairs(trailers))
    endResponse(this.#response, undefined, ended)
    // end() uncorks the socket once where it uncorks at all; what was corked here must not stay so.
    while (socket.writableCorked > 0) socket.uncork()
    this.#isHeadWaiting = false
  }

  abort(error: Error): void {
    if (this.#isHeadWaiting) this.push()
    const isUrgent = error instanceof ClientGone || error instanceof ShuttingDown
    if (!this.#isCommitted || isUrgent || this.#socket.destroyed) return this.#tearDown(isUrgent)
    resetting.add(this.#socket)
    if (!this.held) return this.#tearDown(false)
    const timer = setTimeout(() => this.#tearDown(true), DRAIN_LIMIT).unref()
    this.whenFree(() => {
      clearTimeout(timer)
      this.#tearDown(false)
    })
  }

  // A body that is ended by closing looks whole when the connection is closed: only a reset shows that it is not.
  #tearDown(isUrgent: boolean): void {
    const socket = this.#socket
    if (this.#framing.kind !== 'close') socket.destroy()
    else if (isUrgent) resetSocket(socket)
    else setTimeout(() => resetSocket(socket), RESET_DELAY)
  }
}

function inPairs(fields: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    pairs.push([fields[index] ?? '', fields[index + 1] ?? ''])
  }
  return pairs
}

/**
 * Ends a response, with its last bytes if there are any, and calls back when all of it is with the operating system.
 * Never calls back when the connection is gone first: its `close` tells that.
 */
export function endResponse(
  nodeResponse: ServerResponse,
  bytes: Uint8Array | undefined,
  ended: () => void,
): void {
  const { socket } = nodeResponse.req
  // node:http calls back with an error when the socket is destroyed, and on Node 22 without one.
  nodeResponse.end(bytes, (error?: Error | null) => {
    if (!error && !socket.destroyed) ended()
  })
}
