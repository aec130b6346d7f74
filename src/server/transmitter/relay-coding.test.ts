// A relay whose body is compressed on its way to the client; the test is the application.
import zlib from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { openPort } from '../port/open-port.ts'
import type { ServedWire } from '../wire.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from '../thread/outlet.ts'
import { formatFields, formatHead, toApplication, toTransmitter } from '../thread/records.ts'
import { CREDIT } from '../thread/thread-sink.ts'
import { Backlog } from './backlog.ts'
import { Relay } from './relay.ts'

type Told = keyof typeof toApplication

/** What the application is told, by the number of the record. */
class Inbox {
  readonly #memory = createRing()
  readonly #reader = new RingReader(this.#memory, () => {})
  readonly #told = new Map<number, PromiseWithResolvers<Buffer>>()
  readonly outlet = new Outlet(this.#memory, () => this.#read())

  constructor() {
    this.#reader.sleep()
  }

  until(name: Told): Promise<Buffer> {
    return this.#at(toApplication[name]).promise
  }

  #read(): void {
    do {
      // oxlint-disable-next-line max-params -- as the ring has it
      while (this.#reader.read((type, _id, start, end) => this.#take(type, start, end)));
    } while (!this.#reader.sleep())
  }

  #take(type: number, start: number, end: number): void {
    this.#at(type).resolve(Buffer.from(this.#reader.bytes.subarray(start, end)))
  }

  #at(type: number): PromiseWithResolvers<Buffer> {
    const told = this.#told.get(type) ?? Promise.withResolvers<Buffer>()
    this.#told.set(type, told)
    return told
  }
}

// A relay that has its head, and the compressor that it has opened for it.
async function openCoded() {
  const inbox = new Inbox()
  const reported: unknown[] = []
  const report = (error: unknown) => void reported.push(error)
  const asked = Promise.withResolvers<ServedWire>()
  const { resolve: answer } = asked
  const plan = { port: 0, hostname: '127.0.0.1', maxIdleConnections: 9, maxRequestBytes: 0 } as const
  const listener = await openPort({ ...plan, delivery: 'block', report, answer })
  const client = new RawClient(listener.port)
  onTestFinished(async () => {
    client.leave()
    await listener.close(0)
  })
  client.get('/')
  const wire = await asked.promise
  const backlog = new Backlog(inbox.outlet)
  const relay = new Relay({ id: 1, wire, outlet: inbox.outlet, backlog, closed: () => {}, report })
  relay.open()
  return { relay, client, inbox, reported, compressor: takeHead(relay) }
}

function takeHead(relay: Relay) {
  const createGzip = vi.spyOn(zlib, 'createGzip')
  const coding = { encoding: 'gzip', level: 6 } as const
  const fields = ['transfer-encoding', 'chunked']
  const head = { status: 200, reason: 'OK', framing: { kind: 'chunked' }, stays: true, coding } as const
  relay.take(toTransmitter.head, Buffer.from(formatHead({ ...head, fields }), 'latin1'))
  const [made] = createGzip.mock.results
  createGzip.mockRestore()
  if (made?.type !== 'return') throw new Error('There is no compressor')
  return made.value
}

function gather(relay: Relay, block: string | Buffer): void {
  const bytes = Buffer.from(block)
  relay.gather(bytes, 0, bytes.byteLength)
}

describe('Relay of a body that it encodes', () => {
  it('sends what came while it was at work together, and tells the bytes that the body became', async () => {
    const { relay, client, inbox } = await openCoded()
    for (const block of ['one', 'two', 'three', 'four']) {
      gather(relay, block)
      relay.flush()
    }
    relay.take(toTransmitter.end, Buffer.from(formatFields([]), 'latin1'))
    relay.flush()
    const { body, isComplete, chunks } = await client.reply()
    expect(isComplete).toBe(true)
    expect(zlib.gunzipSync(body).toString()).toBe('onetwothreefour')
    expect((await inbox.until('ended')).readUIntLE(0, 6)).toBe(body.length)
    expect(chunks).toHaveLength(2)
  })

  it('gives back the credit of what was given, not of what was sent', async () => {
    const { relay, inbox } = await openCoded()
    gather(relay, Buffer.alloc(CREDIT))
    relay.flush()
    expect((await inbox.until('credit')).readUIntLE(0, 6)).toBe(CREDIT)
  })

  it('G10: destroys the compressor when the client leaves', async () => {
    const { relay, client, inbox, compressor } = await openCoded()
    gather(relay, 'one')
    relay.flush()
    await client.until('\r\n\r\n')
    client.leave()
    await inbox.until('gone')
    expect([compressor.destroyed, compressor.readableEnded]).toEqual([true, false])
  })

  it('G4: breaks off what has failed after what was given, without an end of the encoding', async () => {
    const { relay, client, compressor } = await openCoded()
    gather(relay, 'one')
    relay.flush()
    gather(relay, 'two')
    relay.take(toTransmitter.abort, Buffer.from('drained'))
    relay.flush()
    const { body, isComplete } = await client.reply()
    expect(isComplete).toBe(false)
    const finishFlush = zlib.constants.Z_SYNC_FLUSH
    expect(zlib.gunzipSync(body, { finishFlush }).toString()).toBe('onetwo')
    expect(() => zlib.gunzipSync(body)).toThrow('unexpected end of file')
    expect(compressor.readableEnded).toBe(false)
  })

  it('G4: breaks off a body that cannot be compressed, and reports it', async () => {
    const { relay, client, compressor, reported } = await openCoded()
    const error = new Error('broken')
    gather(relay, 'one')
    relay.flush()
    compressor.destroy(error)
    expect((await client.toEnd()).text).not.toContain('0\r\n\r\n')
    expect(reported).toEqual([error])
  })
})
