import { MessageChannel } from 'node:worker_threads'
import { onTestFinished, vi } from 'vitest'
import { createRing } from '../../src/server/ring/ring-memory.ts'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { Outlet } from '../../src/server/thread/outlet.ts'
import { formatHead, toApplication, toTransmitter } from '../../src/server/thread/records.ts'
import { PLAIN_STAYS, PLAIN_TEXT } from '../../src/server/thread/thread-wire.ts'
import type { Notice, Order, TransmitterPlan } from '../../src/server/thread/transmitter-plan.ts'
import { Transmitter } from '../../src/server/transmitter/transmitter.ts'
import { RawClient } from './raw-client.ts'

const names = new Map(Object.entries(toApplication).map(([name, type]): [number, string] => [type, name]))

interface Told {
  name: string | undefined
  id: number
  bytes: Buffer
}

/** The application's side of a transmitter in this thread: they meet in their rings and ports alone. */
export class TestApplication {
  readonly plan: TransmitterPlan
  readonly outlet: Outlet
  readonly notices: Exclude<Notice, 0>[] = []
  readonly told: Told[] = []
  readonly #channel = new MessageChannel()
  readonly #reader: RingReader
  #came = Promise.withResolvers<void>()

  constructor(more: Partial<TransmitterPlan> = {}) {
    const { back = createRing() } = more
    const [out, exit] = [createRing(), new SharedArrayBuffer(8)]
    const { port1 } = this.#channel
    const shared = {
      port: 0,
      hostname: '127.0.0.1',
      maxIdleConnections: 100,
      maxRequestBytes: 1000,
      maxStall: 0,
    }
    this.plan = { ...shared, ...more, out, back, exit }
    this.outlet = new Outlet(out, () => port1.postMessage(0))
    this.#reader = new RingReader(back, () => port1.postMessage(0))
    port1.on('message', (notice: Notice) => {
      if (notice === 0) this.read()
      else this.notices.push(notice)
      this.#came.resolve()
      this.#came = Promise.withResolvers()
    })
  }

  start(): Transmitter {
    const transmitter = new Transmitter(this.plan, this.#channel.port2)
    void transmitter.listen()
    return transmitter
  }

  order(order: Order): void {
    this.#channel.port1.postMessage(order)
  }

  /** Waits for a notice, and takes it. */
  async notice<Kind extends Exclude<Notice, 0>['kind']>(
    kind: Kind,
  ): Promise<Extract<Notice, { kind: Kind }>> {
    for (;;) {
      const index = this.notices.findIndex((one) => one.kind === kind)
      const [found] = index === -1 ? [] : this.notices.splice(index, 1)
      if (found && isKind(found, kind)) return found
      await this.#came.promise
    }
  }

  /** Waits for a record, and takes it. */
  async until(name: string): Promise<Told> {
    for (;;) {
      const index = this.told.findIndex((one) => one.name === name)
      const [found] = index === -1 ? [] : this.told.splice(index, 1)
      if (found) return found
      await this.#came.promise
    }
  }

  close(): void {
    this.#channel.port1.close()
  }

  /** Reads from now on, at each notice; until the first time it counts as awake, and computes. */
  read(): void {
    do {
      while (this.#reader.read(this.#take)) this.outlet.retry()
      this.outlet.retry()
    } while (!this.#reader.sleep())
  }

  async listening(): Promise<number> {
    const { port } = await this.notice('listening')
    this.read()
    return port
  }

  // oxlint-disable-next-line max-params -- as the ring has it
  readonly #take = (type: number, id: number, start: number, end: number): void => {
    this.told.push({ name: names.get(type), id, bytes: Buffer.from(this.#reader.bytes.subarray(start, end)) })
  }
}

function isKind<Kind extends Exclude<Notice, 0>['kind']>(
  notice: Exclude<Notice, 0>,
  kind: Kind,
): notice is Extract<Notice, { kind: Kind }> {
  return notice.kind === kind
}

export async function setUpTransmitter(more: Partial<TransmitterPlan> = {}) {
  const application = new TestApplication(more)
  const transmitter = application.start()
  const port = await application.listening()
  const clients: RawClient[] = []
  onTestFinished(async () => {
    vi.useRealTimers()
    for (const client of clients) client.leave()
    application.order({ kind: 'close', grace: 0 })
    await application.notice('drained')
    application.close()
  })
  const connect = (): RawClient => {
    const client = new RawClient(port)
    clients.push(client)
    return client
  }
  // Sends a request; the number that it was given.
  const ask = async (client: RawClient, path = '/'): Promise<number> => {
    client.get(path)
    return (await application.until('request')).id
  }
  return { application, transmitter, outlet: application.outlet, connect, ask, port }
}

export function putHead(outlet: Outlet, id: number, status = 200): void {
  const fields = ['transfer-encoding', 'chunked']
  const head = { status, reason: '', fields, framing: { kind: 'chunked' }, stays: true } as const
  outlet.putText(toTransmitter.head, id, formatHead(head))
}

export function putPlain(outlet: Outlet, id: number, text: string): void {
  const flags = Buffer.from([PLAIN_TEXT | PLAIN_STAYS])
  outlet.putBytes(toTransmitter.plain, id, Buffer.concat([flags, Buffer.from(text)]))
}
