import { onTestFinished, vi } from 'vitest'
import { openPort } from '../../src/server/port/open-port.ts'
import { createRing } from '../../src/server/ring/ring-memory.ts'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { Outlet } from '../../src/server/thread/outlet.ts'
import { formatFields, formatHead, toApplication, toTransmitter } from '../../src/server/thread/records.ts'
import { Backlog } from '../../src/server/transmitter/backlog.ts'
import { Relay } from '../../src/server/transmitter/relay.ts'
import type { Head } from '../../src/server/wire.ts'
import { RawClient } from './raw-client.ts'

const names = new Map(Object.entries(toApplication).map(([name, type]): [number, string] => [type, name]))

/** What the application is told, as it comes. */
class Inbox {
  readonly memory = createRing()
  readonly #reader = new RingReader(this.memory, () => {})
  #all: { name: string | undefined; id: number; bytes: Buffer }[] = []
  #came = Promise.withResolvers<void>()

  constructor() {
    this.#reader.sleep()
  }

  readonly wake = (): void => {
    do {
      while (this.#reader.read(this.#take));
    } while (!this.#reader.sleep())
    this.#came.resolve()
    this.#came = Promise.withResolvers()
  }

  // oxlint-disable-next-line max-params -- as the ring has it
  readonly #take = (type: number, id: number, start: number, end: number): void => {
    this.#all.push({ name: names.get(type), id, bytes: Buffer.from(this.#reader.bytes.subarray(start, end)) })
  }

  /** The names of what has come and was not taken. */
  get names(): (string | undefined)[] {
    return this.#all.map(({ name }) => name)
  }

  /** Waits for a record, and takes it and what came before it. */
  async until(wanted: string): Promise<Buffer> {
    for (;;) {
      const index = this.#all.findIndex(({ name }) => name === wanted)
      const found = this.#all[index]
      if (found) {
        this.#all = this.#all.slice(index + 1)
        return found.bytes
      }
      await this.#came.promise
    }
  }
}

/** A listener whose requests are relays; the test is the application. */
export async function setUpRelay(maxRequestBytes = 1000) {
  const inbox = new Inbox()
  const outlet = new Outlet(inbox.memory, inbox.wake)
  const backlog = new Backlog(outlet)
  const relays: Relay[] = []
  const closed = vi.fn<(id: number) => void>()
  const reported: unknown[] = []
  let opened = Promise.withResolvers<void>()
  const listener = await openPort({
    port: 0,
    hostname: '127.0.0.1',
    maxIdleConnections: 100,
    maxRequestBytes,
    delivery: 'block',
    report: (error) => reported.push(error),
    answer: (wire) => {
      const id = relays.length + 1
      const relay = new Relay({
        id,
        wire,
        outlet,
        backlog,
        closed: () => closed(id),
        report: (error) => reported.push(error),
      })
      relays.push(relay)
      relay.open()
      opened.resolve()
      opened = Promise.withResolvers()
    },
  })
  const client = new RawClient(listener.port)
  onTestFinished(async () => {
    vi.useRealTimers()
    client.leave()
    await listener.close(0)
  })
  const whenOpen = async (count = 1): Promise<Relay> => {
    while (relays.length < count) await opened.promise
    const relay = relays[count - 1]
    if (!relay) throw new Error('Cannot take a request: none has come')
    return relay
  }
  return { inbox, client, listener, whenOpen, closed, reported }
}

export type OpenedRelay = Awaited<ReturnType<typeof setUpRelay>>

export function toHead(more: Partial<Head> = {}): Head {
  return { status: 200, reason: 'OK', fields: [], framing: { kind: 'chunked' }, stays: true, ...more }
}

export function takeHead(relay: Relay, more: Partial<Head> = {}): void {
  const framing = more.framing ?? { kind: 'chunked' }
  const fields = framing.kind === 'chunked' ? ['transfer-encoding', 'chunked'] : []
  relay.take(toTransmitter.head, Buffer.from(formatHead(toHead({ fields, ...more })), 'latin1'))
}

export function gather(relay: Relay, text: string | Buffer): void {
  const bytes = Buffer.from(text)
  relay.gather(bytes, 0, bytes.byteLength)
}

export function takeEnd(relay: Relay, trailers: string[] = []): void {
  relay.take(toTransmitter.end, Buffer.from(formatFields(trailers), 'latin1'))
}

export async function openGet(path = '/'): Promise<OpenedRelay & { relay: Relay }> {
  const opened = await setUpRelay()
  opened.client.get(path)
  const relay = await opened.whenOpen()
  await opened.inbox.until('request')
  return { ...opened, relay }
}

/** A reply of which the client has read the head. */
export async function openStream(more: Partial<Head> = {}): Promise<OpenedRelay & { relay: Relay }> {
  const opened = await openGet()
  takeHead(opened.relay, more)
  opened.relay.flush()
  await opened.client.until('\r\n\r\n')
  return opened
}

/** Gives more than a client that does not read can be sent; how many bytes. */
export function overfill(relay: Relay): number {
  const block = Buffer.alloc(1 << 20, 'x')
  for (let count = 0; count < 24; count++) {
    gather(relay, block)
    relay.flush()
  }
  return 24 * block.byteLength
}
