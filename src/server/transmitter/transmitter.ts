// The thread that has the connections. It parses requests, sends what the application has put into the ring, and
// goes on doing so whatever the application does.
import { writeSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import { toError } from '../../delivery/errors.ts'
import { openPort } from '../port/open-port.ts'
import type { Listener } from '../listener.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from '../thread/outlet.ts'
import { formatRefused, toApplication, toTransmitter } from '../thread/records.ts'
import { Slots } from '../thread/slots.ts'
import type { Notice, Order, ReloadOrder, TransmitterPlan } from '../thread/transmitter-plan.ts'
import type { ServedWire } from '../wire.ts'
import { Backlog } from './backlog.ts'
import { Relay } from './relay.ts'
import { StallWatch } from './stall-watch.ts'

// Bytes that are taken from the ring before they are given to the sockets.
const BATCH = 262_144

// Bytes of bodies in one reading after which the next is worth waiting for, and milliseconds that it is waited for.
const MUCH = 16_384
const BREATH = 0.05

// Milliseconds of reading and sending after which everything else has its turn.
const TURN = 5

/** The transmitter of one server. */
export class Transmitter {
  readonly #plan: TransmitterPlan
  readonly #port: MessagePort
  readonly #outlet: Outlet
  readonly #backlog: Backlog
  readonly #reader: RingReader
  readonly #exit: Int32Array
  // Requests were refused because too many wait for the application.
  #isRefusing = false
  // A relay keeps its number until the application has forgotten it, too.
  readonly #relays = new Slots<Relay>()
  #live = 0
  // Those that got something in this batch.
  #touched: Relay[] = []
  #latest: Relay | undefined
  #listener: Listener | undefined
  readonly #watch: StallWatch | undefined
  // Replies that the last stall has cost.
  #broken = 0
  // Bytes of bodies in this reading.
  #taken = 0
  #willWake = false
  // Never told anything: waiting for it is sleeping.
  readonly #nothing = new Int32Array(new SharedArrayBuffer(4))

  constructor(plan: TransmitterPlan, port: MessagePort) {
    this.#plan = plan
    this.#port = port
    const wake = () => port.postMessage(0)
    this.#outlet = new Outlet(plan.back, wake)
    this.#backlog = new Backlog(this.#outlet)
    this.#reader = new RingReader(plan.out, wake)
    this.#exit = new Int32Array(plan.exit)
    this.#watch = plan.maxStall > 0 ? this.#createWatch(plan.maxStall) : undefined
    port.on('message', (order: Order) => this.#onOrder(order))
  }

  /** Listens, and tells the application so, or why it cannot. */
  async listen(): Promise<void> {
    try {
      this.#listener = await openPort({
        ...this.#plan,
        delivery: 'block',
        answer: (wire) => this.#onRequest(wire),
        // An application that computes must not be owed a line for each request of a flood.
        refused: (request) => this.#outlet.offerText(toApplication.limited, 0, formatRefused(request)),
        isStalled: () => this.#watch?.isStalled === true,
        report: (error) => this.#report(error),
      })
      this.#onWake()
      this.#tell({ kind: 'listening', port: this.#listener.port })
    } catch (error) {
      const { message, cause } = toError(error)
      // A copy of an error has its message, but not its code.
      this.#tell({ kind: 'refused', message, cause, details: { ...toError(cause) } })
    }
  }

  /** Breaks off every reply: those that are not complete must not look so. */
  breakOff(): void {
    for (const relay of this.#relays) relay.breakOff()
  }

  /** Ends the thread, and tells the application why. */
  die({ message, stack = '' }: Error): void {
    // What else an error has may be of a kind that no other thread can have.
    this.#tell({ kind: 'died', error: Object.assign(new Error(message), { stack }) })
    process.exit(1)
  }

  #report(error: unknown): void {
    this.#tell({ kind: 'fault', error: toError(error) })
  }

  #tell(notice: Notice): void {
    this.#port.postMessage(notice)
  }

  #createWatch(limit: number): StallWatch {
    return new StallWatch({
      limit,
      ask: () => this.#outlet.putSignal(toApplication.ping, 0),
      listen: () => this.#onWake(Infinity),
      // Who asks for the server's health waits for the application, too.
      isNeeded: () => this.#live > 0 || this.#plan.health !== undefined,
      stalled: () => this.#onStall(limit),
      lasted: () => this.#onLasting(limit),
      recovered: (took) => this.#onRecovery(took),
    })
  }

  #onOrder(order: Order): void {
    if (Atomics.load(this.#exit, 0) === 1) return this.#onExit()
    if (order === 0) this.#onWake()
    else if (order.kind === 'leave') this.#listener?.leave?.()
    else if (order.kind === 'close') void this.#close(order)
    else if (order.kind === 'reload') void this.#reload(order)
    // Nothing else keeps the thread: it ends.
    else this.#port.close()
  }

  async #close({ grace, linger }: Extract<Order, { kind: 'close' }>): Promise<void> {
    await this.#listener?.close(grace, linger)
    this.#watch?.stop()
    this.#tell({ kind: 'drained' })
  }

  async #reload({ tls }: ReloadOrder): Promise<void> {
    try {
      await this.#listener?.reloadTls?.(tls)
      this.#tell({ kind: 'reloaded' })
    } catch (error) {
      this.#tell({ kind: 'reloaded', error: toError(error) })
    }
  }

  #onWake(turn = TURN): void {
    try {
      if (!this.#readAll(performance.now() + turn)) this.#wakeLater()
    } catch (error) {
      this.#wakeLater()
      this.#report(error)
    }
  }

  // Nobody wakes a thread that has not gone to sleep.
  #wakeLater(): void {
    if (this.#willWake) return
    this.#willWake = true
    setImmediate(() => {
      this.#willWake = false
      this.#onWake()
    })
  }

  // False when there is more: sockets that take everything at once would leave no time for other connections.
  #readAll(until: number): boolean {
    do {
      while (this.#reader.read(this.#take, BATCH)) {
        this.#flush()
        this.#breathe()
        if (performance.now() <= until) continue
        this.#outlet.retry()
        return false
      }
      this.#outlet.retry()
    } while (!this.#reader.sleep())
    return true
  }

  // A fast application has more when this is sent: it leaves in fewer and larger calls, and nobody need be woken for it.
  #breathe(): void {
    if (this.#taken >= MUCH && this.#taken < BATCH) Atomics.wait(this.#nothing, 0, 0, BREATH)
    this.#taken = 0
  }

  #flush(): void {
    const touched = this.#touched
    if (touched.length === 0) return
    this.#touched = []
    for (const relay of touched) this.#flushOne(relay)
  }

  // What goes wrong for one reply must not stop those behind it.
  #flushOne(relay: Relay): void {
    try {
      relay.flush()
    } catch (cause) {
      relay.fail(cause)
    }
  }

  #stallOne(relay: Relay): boolean {
    try {
      return relay.onStall()
    } catch (cause) {
      relay.fail(cause)
      return true
    }
  }

  // oxlint-disable-next-line max-params -- the ring gives no object for each record
  readonly #take = (type: number, id: number, start: number, end: number): void => {
    if (type === toTransmitter.pong) return this.#watch?.onAnswer()
    const relay = this.#latest?.id === id ? this.#latest : this.#relays.get(id)
    if (!relay) return
    if (this.#latest !== relay) this.#latest = relay
    if (type === toTransmitter.release) return this.#release(relay)
    if (type === toTransmitter.data || type === toTransmitter.piece) {
      this.#taken += end - start
      relay.gather(this.#reader.bytes, start, end)
      relay.isInside = type === toTransmitter.piece
    } else relay.take(type, this.#reader.bytes.subarray(start, end))
    if (relay.isTouched) return
    relay.isTouched = true
    this.#touched.push(relay)
  }

  #onRequest(wire: ServedWire): void {
    const { isStalled } = this.#watch ?? { isStalled: false }
    this.#live++
    const relay = this.#relays.add((id) => this.#toRelay(id, wire))
    if (isStalled || this.#hasTooMany()) relay.refuse(503)
    else relay.open()
  }

  #hasTooMany(): boolean {
    const { isFull } = this.#backlog
    if (isFull && !this.#isRefusing) this.#report(new Error(tooMany))
    this.#isRefusing = isFull
    return isFull
  }

  #toRelay(id: number, wire: ServedWire): Relay {
    const closed = () => this.#onClosed(relay)
    const relay = new Relay({
      id,
      wire,
      outlet: this.#outlet,
      backlog: this.#backlog,
      closed,
      report: (error) => this.#report(error),
    })
    return relay
  }

  // A number is free when both threads are done with it: what is left of a reply that has failed may still be leaving.
  #onClosed(relay: Relay): void {
    this.#live--
    if (relay.isReleased) this.#relays.delete(relay.id)
  }

  #release(relay: Relay): void {
    relay.isReleased = true
    if (relay.isOver) this.#relays.delete(relay.id)
    this.#latest = undefined
  }

  #onStall(limit: number): void {
    this.#broken = 0
    for (const relay of this.#relays) if (this.#stallOne(relay)) this.#broken++
    print(`millrace: the application has not answered for ${limit} ms: ${this.#broken} replies broken off\n`)
  }

  // Nothing but the end of its process stops an application that never comes back, and another takes the place of a worker.
  #onLasting(limit: number): void {
    if (this.#plan.fd === undefined) return
    print(`millrace: the application has not answered for ${2 * limit} ms: this process ends\n`)
    this.breakOff()
    // No other signal would be heard. What is reset is so in a turn of its own.
    setImmediate(() => process.kill(process.pid, 'SIGKILL'))
  }

  #onRecovery(took: number): void {
    const what = `it did so after ${Math.round(took)} ms, and ${this.#broken} replies were broken off`
    this.#report(
      new Error(
        `Cannot wait for an application that does not answer: ${what}; let it compute less at once, or in a worker`,
      ),
    )
  }

  // What the application has sent before it ended leaves, and what is complete then is complete.
  #onExit(): void {
    this.#onWake(Infinity)
    setImmediate(() => {
      this.breakOff()
      setImmediate(() => {
        Atomics.store(this.#exit, 1, 1)
        Atomics.notify(this.#exit, 1)
      })
    })
  }
}

const tooMany =
  'Cannot take more requests: as many as may wait do so for an application that computes; ' +
  'they are answered with 503 until it has read some; let it compute less at once, or in a worker'

// Not `process.stderr`: in this thread it goes by way of the application, which does not answer.
function print(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // Nobody reads it there, or not fast enough; `report` will hear of it all the same.
  }
}
