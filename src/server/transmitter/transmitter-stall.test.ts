import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from '../thread/outlet.ts'
import { formatHead, toApplication, toTransmitter } from '../thread/records.ts'
import { PLAIN_STAYS, PLAIN_TEXT } from '../thread/thread-wire.ts'
import type { Notice, Order, TransmitterPlan } from '../thread/transmitter-plan.ts'
import { Transmitter } from './transmitter.ts'

const printed = vi.hoisted((): string[] => [])

// What goes to the standard error of the process, past its streams.
vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  writeSync: (_: number, text: string) => void printed.push(text),
}))

afterEach(() => {
  vi.useRealTimers()
  printed.length = 0
})

const names = new Map(Object.entries(toApplication).map(([name, type]): [number, string] => [type, name]))

interface Told {
  name: string | undefined
  id: number
  bytes: Buffer
}

// The application's side of a transmitter, which runs in this thread too: they meet in their rings and ports alone.
class Application {
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
      if (notice === 0) this.#read()
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

  // From the first notice on: until then it is awake.
  #read(): void {
    do {
      while (this.#reader.read(this.#take)) this.outlet.retry()
      this.outlet.retry()
    } while (!this.#reader.sleep())
  }

  async listening(): Promise<number> {
    const { port } = await this.notice('listening')
    this.#read()
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

async function setUp(more: Partial<TransmitterPlan> = {}) {
  const application = new Application(more)
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

function putHead(outlet: Outlet, id: number, status = 200): void {
  const fields = ['transfer-encoding', 'chunked']
  const head = { status, reason: '', fields, framing: { kind: 'chunked' }, stays: true } as const
  outlet.putText(toTransmitter.head, id, formatHead(head))
}

function putPlain(outlet: Outlet, id: number, text: string): void {
  const flags = Buffer.from([PLAIN_TEXT | PLAIN_STAYS])
  outlet.putBytes(toTransmitter.plain, id, Buffer.concat([flags, Buffer.from(text)]))
}

describe('Transmitter of an application that does not answer', () => {
  async function setUpWatched() {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const opened = await setUp({ maxStall: 400 })
    return opened
  }

  it('asks it only while somebody waits', async () => {
    const { connect, ask, application, outlet } = await setUpWatched()
    vi.advanceTimersByTime(5000)
    const client = connect()
    const id = await ask(client)
    expect(application.told).toEqual([])
    vi.advanceTimersByTime(100)
    await application.until('ping')
    outlet.putSignal(toTransmitter.pong, 0)
    putPlain(outlet, id, 'text')
    expect((await client.reply()).text).toBe('text')
    expect(printed).toEqual([])
  })

  it('breaks its replies off after `maxStall`, refuses more, and serves again when it answers', async () => {
    const { connect, ask, application, outlet } = await setUpWatched()
    const [one, two, three] = [connect(), connect(), connect()]
    const [first, second] = [await ask(one), await ask(two)]
    putHead(outlet, first)
    outlet.putText(toTransmitter.data, first, '1\r\na\r\n')
    await one.untilChunk('a')
    vi.advanceTimersByTime(100 + 399)
    expect(printed).toEqual([])
    vi.advanceTimersByTime(1)
    expect(printed).toEqual(['millrace: the application has not answered for 400 ms: 2 replies broken off\n'])
    expect(await one.toEnd()).toEqual({ text: '', how: 'end' })
    expect((await two.reply()).status).toBe(503)
    three.get('/')
    expect((await three.reply()).status).toBe(503)
    vi.advanceTimersByTime(100)
    outlet.putSignal(toTransmitter.pong, 0)
    const { error } = await application.notice('fault')
    expect(error).toMatchObject({
      message: expect.stringContaining('after 500 ms, and 2 replies were broken off'),
    })
    expect([(await application.until('stalled')).id, (await application.until('stalled')).id]).toEqual([
      first,
      second,
    ])
    const four = connect()
    putPlain(outlet, await ask(four), 'again')
    expect((await four.reply()).text).toBe('again')
  })

  it('takes an answer that is in the ring for one, though it has not woken up yet', async () => {
    const { connect, ask, outlet } = await setUpWatched()
    const client = connect()
    const id = await ask(client)
    vi.advanceTimersByTime(100)
    outlet.putSignal(toTransmitter.pong, 0)
    // In one go: no message of the port comes between.
    vi.advanceTimersByTime(400)
    expect(printed).toEqual([])
    putPlain(outlet, id, 'text')
    expect((await client.reply()).text).toBe('text')
  })
})
