// The application's side of the transmitter thread: it starts it, and gives each request that comes from it a wire.
import { Worker } from 'node:worker_threads'
import { ClientGone, ShuttingDown, TooSlow, toError } from '../../delivery/errors.ts'
import type { Delivery } from '../../delivery/pump-plan.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { Listener, ListenerPlan } from '../listener.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { atExit } from './at-exit.ts'
import { Outlet } from './outlet.ts'
import { parseRefused, parseRequest, toApplication, toTransmitter } from './records.ts'
import { ThreadWire } from './thread-wire.ts'
import type { Notice, Order, TransmitterPlan } from './transmitter-plan.ts'

export interface ThreadPlan extends ListenerPlan {
  readonly delivery: Delivery
  /** Milliseconds after which the replies of an application that does not answer are broken off; 0 for never. */
  readonly maxStall: number
}

/**
 * Starts a thread that has the connections; resolves when it listens.
 * @throws Error when the port is taken, or cannot be.
 */
export async function openThread(plan: ThreadPlan): Promise<Listener> {
  const thread = new ThreadListener(plan)
  await thread.listen()
  return thread
}

class ThreadListener implements Listener {
  port = 0
  readonly #plan: ThreadPlan
  readonly #worker: Worker
  readonly #outlet: Outlet
  readonly #reader: RingReader
  readonly #exit: Int32Array
  // Under the numbers that the transmitter gives them. Not a `Map`: see `Slots`.
  readonly #wires: (ThreadWire | undefined)[] = []
  // What has come of requests that are larger than a record.
  readonly #parts = new Map<number, string>()
  #live = 0
  readonly #listening = Promise.withResolvers<void>()
  readonly #drained = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  #isIdle: PromiseWithResolvers<void> | undefined
  #closing: Promise<void> | undefined
  #isDead = false
  #isDispatching = false
  // Requests whose handler is about to be called.
  readonly #undispatched = new Set<ThreadWire>()
  readonly #forgetExit: () => void
  // Who waits for a certificate to be taken, in turn.
  readonly #reloads: ((error: Error | undefined) => void)[] = []

  constructor(plan: ThreadPlan) {
    this.#plan = plan
    const out = createRing()
    const back = createRing()
    const exit = new SharedArrayBuffer(8)
    this.#exit = new Int32Array(exit)
    const { port, hostname, fd, maxIdleConnections, maxRequestBytes, minRate, health, maxStall } = plan
    const { limits, tls, h2c } = plan
    const workerData: TransmitterPlan = {
      port,
      hostname,
      fd,
      maxIdleConnections,
      maxRequestBytes,
      minRate,
      limits,
      health,
      tls,
      h2c,
      maxStall,
      out,
      back,
      exit,
    }
    const name = 'millrace transmitter'
    this.#worker = new Worker(entry, { workerData, name, stdout: false, ...ofString() })
    const wake = () => this.#worker.postMessage(0)
    this.#outlet = new Outlet(out, wake)
    this.#reader = new RingReader(back, wake)
    this.#worker.on('message', (notice: Notice) => this.#onNotice(notice))
    this.#worker.on('error', (error) => this.#onDeath(toError(error)))
    this.#worker.on('exit', () => {
      this.#ended.resolve()
      this.#onDeath(new Error('the thread has ended'))
    })
    this.#forgetExit = atExit(() => this.#onExit())
  }

  listen(): Promise<void> {
    return this.#listening.promise
  }

  leave(): void {
    this.#order({ kind: 'leave' })
  }

  close(grace: number, linger = 0): Promise<void> {
    if (this.#closing) this.#order({ kind: 'close', grace, linger })
    this.#closing ??= this.#close(grace, linger)
    return this.#closing
  }

  async reloadTls(tls: TlsPlan): Promise<void> {
    if (this.#isDead) throw new Error('Cannot reload the certificate: the server has closed')
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.#reloads.push(resolve)
    this.#order({ kind: 'reload', tls })
    const error = await promise
    if (error) throw error
  }

  async #close(grace: number, linger: number): Promise<void> {
    this.#order({ kind: 'close', grace, linger })
    await this.#drained.promise
    if (this.#live > 0) await (this.#isIdle ??= Promise.withResolvers<void>()).promise
    this.#forgetExit()
    this.#order({ kind: 'end' })
    this.#isDead = true
    this.#endReloads(new Error('Cannot reload the certificate: the server has closed'))
    await this.#end()
  }

  #endReloads(error: Error): void {
    for (const reloaded of this.#reloads.splice(0)) reloaded(error)
  }

  // The thread ends by itself: one that is terminated in the middle of closing its sockets may never do so (Node 26),
  // and a reset that was about to go out would not.
  async #end(): Promise<void> {
    const terminate = () => this.#worker.terminate().then(() => this.#ended.resolve())
    const timer = setTimeout(() => void terminate(), END_LIMIT)
    await this.#ended.promise
    clearTimeout(timer)
  }

  #order(order: Order): void {
    if (!this.#isDead) this.#worker.postMessage(order)
  }

  #onNotice(notice: Notice): void {
    if (notice === 0) return this.#onWake()
    if (notice.kind === 'drained') this.#drained.resolve()
    else if (notice.kind === 'reloaded') this.#reloads.shift()?.(notice.error)
    else if (notice.kind === 'fault') this.#plan.report(notice.error)
    else if (notice.kind === 'died') this.#onDeath(notice.error)
    else if (notice.kind === 'refused') this.#onRefusal(toListenError(notice))
    else {
      this.port = notice.port
      this.#onWake()
      this.#listening.resolve()
    }
  }

  // One wake-up for both rings: there is something to read, or room to write.
  #onWake(): void {
    if (this.#isDead) return
    this.#isDispatching = false
    try {
      do {
        while (this.#reader.read(this.#take)) this.#outlet.retry()
        this.#outlet.retry()
      } while (!this.#reader.sleep())
    } catch (error) {
      // Nobody wakes a thread that has not gone to sleep: whoever lives on after this error must not be deaf.
      setImmediate(() => this.#onWake())
      throw error
    }
  }

  // oxlint-disable-next-line max-params -- the ring gives no object for each record
  readonly #take = (type: number, id: number, start: number, end: number): void => {
    if (type === toApplication.request) return this.#onRequest(id, this.#whole(id, start, end))
    if (type === toApplication.ping) return this.#outlet.putSignal(toTransmitter.pong, 0)
    if (type === toApplication.refused) return this.#onRefused(id, this.#whole(id, start, end))
    if (type === toApplication.limited) return this.#plan.refused?.(parseRefused(this.#text(start, end)))
    if (type === toApplication.part) return void this.#parts.set(id, this.#joined(id, start, end))
    const wire = this.#wires[id]
    if (wire) this.#tell(wire, type, start, end)
  }

  // oxlint-disable-next-line max-params -- the ring gives no object for each record
  #tell(wire: ThreadWire, type: number, start: number, end: number): void {
    const { bytes } = this.#reader
    if (type === toApplication.credit) wire.onCredit(bytes.readUIntLE(start, 6))
    else if (type === toApplication.ended) wire.onEnded(bytes.readUIntLE(start, 6))
    else if (type === toApplication.next) wire.onNext()
    else if (type === toApplication.body) wire.onBody(Uint8Array.prototype.slice.call(bytes, start, end))
    else if (type === toApplication.bodyEnd) wire.onBody(undefined)
    else if (type === toApplication.bodyFailed) wire.onBodyFailed(toBodyError(this.#text(start, end)))
    else if (type === toApplication.gone) this.#onGone(wire, new ClientGone())
    else if (type === toApplication.slow) this.#onGone(wire, new TooSlow())
    else if (type === toApplication.shutdown)
      this.#onGone(wire, new ShuttingDown('Cannot finish the reply: the server is closing'))
    else if (type === toApplication.stalled) {
      const why = 'the application did not answer for too long'
      this.#onGone(wire, new ShuttingDown(`Cannot finish the reply: ${why}`))
    }
  }

  // A handler that has not been called yet need not be.
  #onGone(wire: ThreadWire, reason: ClientGone | ShuttingDown): void {
    if (this.#undispatched.delete(wire)) wire.close()
    else wire.onGone(reason)
  }

  #text(start: number, end: number): string {
    return this.#reader.bytes.toString('latin1', start, end)
  }

  #joined(id: number, start: number, end: number): string {
    return (this.#parts.get(id) ?? '') + this.#text(start, end)
  }

  #whole(id: number, start: number, end: number): string {
    if (this.#parts.size === 0) return this.#text(start, end)
    const text = this.#joined(id, start, end)
    this.#parts.delete(id)
    return text
  }

  #onRequest(id: number, text: string, refusal?: HttpError): void {
    const { delivery } = this.#plan
    const wire = new ThreadWire({
      id,
      request: parseRequest(text),
      refusal,
      outlet: this.#outlet,
      delivery,
      closed: () => this.#forget(id),
    })
    this.#wires[id] = wire
    this.#live++
    this.#dispatch(wire)
  }

  // The first of a reading at once. Each of the others in a turn of its own, as if it had come by itself: the first
  // block of one must not wait until the handlers of all have computed.
  #dispatch(wire: ThreadWire): void {
    if (!this.#isDispatching) {
      this.#isDispatching = true
      return this.#plan.answer(wire)
    }
    this.#undispatched.add(wire)
    setImmediate(() => {
      if (this.#undispatched.delete(wire)) this.#plan.answer(wire)
    })
  }

  #onRefused(id: number, text: string): void {
    const [status = '', message = ''] = text.split('\n', 2)
    this.#onRequest(
      id,
      text.slice(status.length + message.length + 2),
      new HttpError(Number(status), message),
    )
  }

  #forget(id: number): void {
    this.#wires[id] = undefined
    if (--this.#live === 0) this.#isIdle?.resolve()
    this.#outlet.putRelease(toTransmitter.release, id)
  }

  // It has not listened: nothing of it must keep the process alive.
  #onRefusal(error: Error): void {
    this.#isDead = true
    this.#forgetExit()
    void this.#worker.terminate()
    this.#listening.reject(error)
  }

  // The process must not stay up deaf: what it serves is gone, and whoever started it has to know.
  #onDeath(cause: Error): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#forgetExit()
    const hasServed = this.port !== 0
    const why = hasServed
      ? `Cannot serve any longer: the transmitter has stopped: ${cause.message}`
      : `Cannot start the transmitter thread: ${cause.message}; \`transmitter: 'inline'\` needs none`
    const error = new Error(why, { cause })
    this.#listening.reject(error)
    this.#drained.resolve()
    this.#endReloads(error)
    for (const wire of this.#wires) {
      if (wire) this.#onGone(wire, new ShuttingDown(error.message, { cause }))
    }
    if (!hasServed) return
    this.#plan.report(error)
    if (this.#closing) return
    this.#whenIdle(DEATH_LIMIT, () => {
      throw error
    })
  }

  // Outside any promise, in a turn of its own: what it throws is nobody's but the process's.
  #whenIdle(limit: number, callback: () => void): void {
    this.#isIdle ??= Promise.withResolvers()
    if (this.#live === 0) this.#isIdle.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, limit)
    void this.#isIdle.promise.then(resolve)
    void promise.then(() => {
      clearTimeout(timer)
      setImmediate(callback)
    })
  }

  // The process ends with replies half sent: the transmitter breaks them off, so that none of them looks complete.
  #onExit(): void {
    this.#outlet.writer.publish()
    Atomics.store(this.#exit, 0, 1)
    this.#worker.postMessage(0)
    Atomics.wait(this.#exit, 1, 0, EXIT_LIMIT)
  }
}

// Milliseconds that the end of the process may wait for the transmitter.
const EXIT_LIMIT = 500

// Milliseconds that a thread which has nothing left to do may take to end.
const END_LIMIT = 1000

// Milliseconds that bodies have to close when the transmitter has died, before the process is told.
const DEATH_LIMIT = 1000

// From source the file is TypeScript, from the package JavaScript.
const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../transmitter/transmit.ts' : '../transmitter/transmit.js',
  import.meta.url,
)

// A program that was given as a string says what kind of module that is, which a thread that has a file must not be told. Who
// gives flags has to give them all, and those of the process are none for a thread.
function ofString(): { execArgv?: string[] } {
  const { execArgv } = process
  if (!execArgv.some((flag) => flag.startsWith('--input-type'))) return {}
  return { execArgv: execArgv.filter((flag, at) => isKept(flag) || kept.has(execArgv[at - 1] ?? '')) }
}

const kept = new Set(['--conditions', '-C', '--import', '--require', '-r'])

function isKept(flag: string): boolean {
  return kept.has(flag.split('=', 1)[0] ?? '')
}

function toListenError({ message, cause, details }: Extract<Notice, { kind: 'refused' }>): Error {
  return new Error(message, { cause: Object.assign(toError(cause), details) })
}

function toBodyError(text: string): Error {
  const [status, message = ''] = text.split('\n', 2)
  return status === '' ? new ClientGone(message) : new HttpError(Number(status), message)
}
