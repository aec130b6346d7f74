// The thread that has the connections. It parses requests, sends what the application has put into the ring, and
// goes on doing so whatever the application does.
import { writeSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import type { HttpWire } from '../http1/http-wire.ts'
import { openHttp1 } from '../http1/open-http1.ts'
import type { Listener } from '../listener.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from '../thread/outlet.ts'
import { toApplication, toTransmitter } from '../thread/records.ts'
import type { Notice, Order, TransmitterPlan } from '../thread/transmitter-plan.ts'
import { Relay } from './relay.ts'
import { StallWatch } from './stall-watch.ts'

// Bytes that are taken from the ring before they are given to the sockets.
const BATCH = 262_144
const ID_MASK = 0xf_ff_ff_ff

/** The transmitter of one server. */
export class Transmitter {
  readonly #plan: TransmitterPlan
  readonly #port: MessagePort
  readonly #outlet: Outlet
  readonly #reader: RingReader
  readonly #exit: Int32Array
  readonly #relays = new Map<number, Relay>()
  // Those that got something in this batch.
  #touched: Relay[] = []
  #latest: Relay | undefined
  #lastId = 0
  #listener: Listener | undefined
  readonly #watch: StallWatch | undefined

  constructor(plan: TransmitterPlan, port: MessagePort) {
    this.#plan = plan
    this.#port = port
    const wake = () => port.postMessage(0)
    this.#outlet = new Outlet(plan.back, wake)
    this.#reader = new RingReader(plan.out, wake)
    this.#exit = new Int32Array(plan.exit)
    this.#watch = plan.maxStall > 0 ? this.#createWatch(plan.maxStall) : undefined
    port.on('message', (order: Order) => this.#onOrder(order))
  }

  /** Listens, and tells the application so, or why it cannot. */
  async listen(): Promise<void> {
    try {
      this.#listener = await openHttp1({
        ...this.#plan,
        delivery: 'block',
        answer: (wire) => this.#onRequest(wire),
        report: (error) => this.#tell({ kind: 'fault', error }),
      })
      this.#onWake()
      this.#tell({ kind: 'listening', port: this.#listener.port })
    } catch (error) {
      const { message, cause } = error instanceof Error ? error : new Error(String(error))
      this.#tell({ kind: 'refused', message, cause })
    }
  }

  #tell(notice: Notice): void {
    this.#port.postMessage(notice)
  }

  #createWatch(limit: number): StallWatch {
    return new StallWatch({
      limit,
      ask: () => this.#outlet.putSignal(toApplication.ping, 0),
      isNeeded: () => this.#relays.size > 0,
      stalled: () => this.#onStall(limit),
    })
  }

  #onOrder(order: Order): void {
    if (Atomics.load(this.#exit, 0) === 1) return this.#onExit()
    if (order === 0) this.#onWake()
    else if (order.kind === 'close') void this.#close(order.grace)
  }

  async #close(grace: number): Promise<void> {
    await this.#listener?.close(grace)
    this.#watch?.stop()
    this.#tell({ kind: 'drained' })
  }

  #onWake(): void {
    do {
      while (this.#reader.read(this.#take, BATCH)) this.#flush()
      this.#outlet.retry()
    } while (!this.#reader.sleep())
  }

  #flush(): void {
    const touched = this.#touched
    if (touched.length === 0) return
    this.#touched = []
    for (const relay of touched) relay.flush()
  }

  // oxlint-disable-next-line max-params -- the ring gives no object for each record
  readonly #take = (type: number, id: number, start: number, end: number): void => {
    if (type === toTransmitter.pong) return this.#watch?.onAnswer()
    const relay = this.#latest?.id === id ? this.#latest : this.#relays.get(id)
    if (!relay) return
    this.#latest = relay
    if (type === toTransmitter.data || type === toTransmitter.piece) {
      relay.gather(this.#reader.bytes, start, end)
      relay.isInside = type === toTransmitter.piece
    } else relay.take(type, this.#reader.bytes.subarray(start, end))
    if (relay.isTouched) return
    relay.isTouched = true
    this.#touched.push(relay)
  }

  #onRequest(wire: HttpWire): void {
    this.#lastId = (this.#lastId + 1) & ID_MASK
    while (this.#relays.has(this.#lastId)) this.#lastId = (this.#lastId + 1) & ID_MASK
    const id = this.#lastId
    const relay = new Relay({
      id,
      wire,
      outlet: this.#outlet,
      closed: () => this.#forget(relay),
      report: (error) => this.#tell({ kind: 'fault', error }),
    })
    if (this.#watch?.isStalled) return relay.refuse(503)
    this.#relays.set(id, relay)
    relay.open()
  }

  #forget(relay: Relay): void {
    this.#relays.delete(relay.id)
    if (this.#latest === relay) this.#latest = undefined
  }

  #onStall(limit: number): void {
    const count = this.#relays.size
    for (const relay of this.#relays.values()) relay.onStall()
    // Not `process.stderr`: in this thread it goes by way of the application, which does not answer.
    writeSync(2, `millrace: the application has not answered for ${limit} ms: ${count} replies broken off\n`)
  }

  #onExit(): void {
    for (const relay of this.#relays.values()) relay.breakOff()
    setImmediate(() => {
      Atomics.store(this.#exit, 1, 1)
      Atomics.notify(this.#exit, 1)
    })
  }
}
