// The application's side of the transmitter thread: it starts it, and gives each request that comes from it a wire.
import { Worker } from 'node:worker_threads'
import { ClientGone, ShuttingDown, toError } from '../../delivery/errors.ts'
import type { Delivery } from '../../delivery/pump.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { Listener, ListenerPlan } from '../listener.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { atExit } from './at-exit.ts'
import { Outlet } from './outlet.ts'
import { parseRequest, toApplication, toTransmitter } from './records.ts'
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
  readonly #wires = new Map<number, ThreadWire>()
  readonly #listening = Promise.withResolvers<void>()
  readonly #drained = Promise.withResolvers<void>()
  #isIdle: PromiseWithResolvers<void> | undefined
  #closing: Promise<void> | undefined
  #isDead = false
  #isDispatching = false
  readonly #forgetExit: () => void

  constructor(plan: ThreadPlan) {
    this.#plan = plan
    const out = createRing()
    const back = createRing()
    const exit = new SharedArrayBuffer(8)
    this.#exit = new Int32Array(exit)
    const { port, hostname, maxIdleConnections, maxRequestBytes, maxStall } = plan
    const workerData: TransmitterPlan = {
      port,
      hostname,
      maxIdleConnections,
      maxRequestBytes,
      maxStall,
      out,
      back,
      exit,
    }
    this.#worker = new Worker(entry, { workerData, name: 'millrace transmitter', stdout: false })
    const wake = () => this.#worker.postMessage(0)
    this.#outlet = new Outlet(out, wake)
    this.#reader = new RingReader(back, wake)
    this.#worker.on('message', (notice: Notice) => this.#onNotice(notice))
    this.#worker.on('error', (error) => this.#onDeath(toError(error)))
    this.#worker.on('exit', () => this.#onDeath(new Error('the thread has ended')))
    this.#forgetExit = atExit(() => this.#onExit())
  }

  listen(): Promise<void> {
    return this.#listening.promise
  }

  close(grace: number): Promise<void> {
    this.#closing ??= this.#close(grace)
    return this.#closing
  }

  async #close(grace: number): Promise<void> {
    this.#order({ kind: 'close', grace })
    await this.#drained.promise
    if (this.#wires.size > 0) await (this.#isIdle ??= Promise.withResolvers<void>()).promise
    this.#forgetExit()
    this.#isDead = true
    await this.#worker.terminate()
  }

  #order(order: Order): void {
    if (!this.#isDead) this.#worker.postMessage(order)
  }

  #onNotice(notice: Notice): void {
    if (notice === 0) return this.#onWake()
    if (notice.kind === 'drained') this.#drained.resolve()
    else if (notice.kind === 'fault') this.#plan.report(notice.error)
    else if (notice.kind === 'refused') this.#listening.reject(toListenError(notice))
    else {
      this.port = notice.port
      this.#onWake()
      this.#listening.resolve()
    }
  }

  // One wake-up for both rings: there is something to read, or room to write.
  #onWake(): void {
    this.#isDispatching = false
    do {
      while (this.#reader.read(this.#take)) this.#outlet.retry()
      this.#outlet.retry()
    } while (!this.#reader.sleep())
  }

  // oxlint-disable-next-line max-params -- the ring gives no object for each record
  readonly #take = (type: number, id: number, start: number, end: number): void => {
    if (type === toApplication.request) return this.#onRequest(id, this.#text(start, end))
    if (type === toApplication.ping) return this.#outlet.putSignal(toTransmitter.pong, 0)
    if (type === toApplication.refused) return this.#onRefused(id, this.#text(start, end))
    const wire = this.#wires.get(id)
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
    else if (type === toApplication.gone) wire.onGone(new ClientGone())
    else if (type === toApplication.shutdown)
      wire.onGone(new ShuttingDown('Cannot finish the reply: the server is closing'))
    else if (type === toApplication.stalled) {
      wire.onGone(new ShuttingDown('Cannot finish the reply: the application did not answer for too long'))
    }
  }

  #text(start: number, end: number): string {
    return this.#reader.bytes.toString('latin1', start, end)
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
    this.#wires.set(id, wire)
    this.#dispatch(wire)
  }

  // The first of a reading at once. Each of the others in a turn of its own, as if it had come by itself: the first
  // block of one must not wait until the handlers of all have computed.
  #dispatch(wire: ThreadWire): void {
    if (this.#isDispatching) return void setImmediate(() => this.#plan.answer(wire))
    this.#isDispatching = true
    this.#plan.answer(wire)
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
    this.#wires.delete(id)
    if (this.#wires.size === 0) this.#isIdle?.resolve()
  }

  // The process must not stay up deaf: what it serves is gone, and whoever started it has to know.
  #onDeath(cause: Error): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#forgetExit()
    const error = new Error(`Cannot serve any longer: the transmitter has stopped: ${cause.message}`, {
      cause,
    })
    this.#listening.reject(error)
    const isClosing = this.#closing !== undefined
    this.#drained.resolve()
    for (const wire of this.#wires.values()) wire.onGone(new ShuttingDown(error.message, { cause }))
    if (isClosing || this.port === 0) return
    this.#plan.report(error)
    setImmediate(() => {
      throw error
    })
  }

  // The process ends with replies half sent: the transmitter breaks them off, so that none of them looks complete.
  #onExit(): void {
    Atomics.store(this.#exit, 0, 1)
    this.#worker.postMessage(0)
    Atomics.wait(this.#exit, 1, 0, EXIT_LIMIT)
  }
}

// Milliseconds that the end of the process may wait for the transmitter.
const EXIT_LIMIT = 500

// From source the file is TypeScript, from the package JavaScript.
const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../transmitter/transmit.ts' : '../transmitter/transmit.js',
  import.meta.url,
)

function toListenError({ message, cause }: Extract<Notice, { kind: 'refused' }>): Error {
  return new Error(message, { cause: toError(cause) })
}

function toBodyError(text: string): Error {
  const [status, message = ''] = text.split('\n', 2)
  return status === '' ? new ClientGone(message) : new HttpError(Number(status), message)
}
