// How fast records go through the ring from one thread to another, and how long one takes when both threads were
// asleep: `node bench/micro-ring.ts [--quick]`. Each thread wants a core of its own.
import { setTimeout as delay } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createRing } from '../src/server/ring/ring-memory.ts'
import { RingReader, type TakeRecord } from '../src/server/ring/ring-reader.ts'
import { RingWriter } from '../src/server/ring/ring-writer.ts'

type Fill = (bytes: Buffer, at: number) => void

interface Contestant {
  fill: Fill
  /** Records from one `publish` to the next. */
  every: number
}

const COUNTED = 1
const TIMED = 2
const quick = process.argv.includes('--quick')
const rounds = quick ? 3 : 9
const records = quick ? 1_000_000 : 3_000_000
const latencies = quick ? 500 : 3000
const text =
  'Hello,world,123456,some more text so that the record has the length of a row of CSV, a hundred bytes'
const row = Buffer.from(text)
const now = process.hrtime.bigint
const fillBytes: Fill = (bytes, at) => bytes.set(row, at)
const fillText: Fill = (bytes, at) => bytes.write(text, at, 'latin1')

const contestants: Record<string, Contestant> = {
  'bytes, each published': { fill: fillBytes, every: 1 },
  'bytes, published by 32': { fill: fillBytes, every: 32 },
  'text, each published': { fill: fillText, every: 1 },
  'text, published by 32': { fill: fillText, every: 32 },
}

/** The side that writes, and waits for answers. */
class Sender {
  readonly #rings = { out: createRing(), into: createRing() }
  readonly #worker = new Worker(new URL(import.meta.url), { argv: process.argv, workerData: this.#rings })
  readonly #writer = new RingWriter(this.#rings.out, () => this.#wake())
  readonly #reader = new RingReader(this.#rings.into, () => this.#worker.postMessage(0))
  readonly there: number[] = []
  readonly back: number[] = []
  wakes = 0
  #answered = Promise.withResolvers<void>()
  #goOn: (() => void) | undefined

  constructor() {
    this.#worker.on('message', () => this.#read())
    this.#read()
  }

  /** Resolves when the other thread has taken all records of a round. */
  async send({ fill, every }: Contestant): Promise<void> {
    this.#answered = Promise.withResolvers()
    let left = records
    this.#goOn = () => {
      left = this.#write(left, { fill, every })
    }
    this.#goOn()
    await this.#answered.promise
    this.#goOn = undefined
  }

  /** Resolves when a record has been to the other thread and back. */
  async time(): Promise<void> {
    this.#answered = Promise.withResolvers()
    const at = this.#writer.reserve(8)
    this.#writer.bytes.writeBigUInt64LE(now(), at)
    this.#writer.put(TIMED, 0, 8)
    this.#writer.publish()
    await this.#answered.promise
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #write(count: number, { fill, every }: Contestant): number {
    const writer = this.#writer
    for (let left = count; left > 0; left--) {
      const at = writer.reserve(row.length)
      if (at === -1) return left
      fill(writer.bytes, at)
      writer.put(COUNTED, left & 0xffff, row.length)
      if (left % every === 1 || every === 1) writer.publish()
    }
    return 0
  }

  #read(): void {
    do while (this.#reader.read(this.#take));
    while (!this.#reader.sleep())
    this.#goOn?.()
  }

  readonly #take: TakeRecord = (_type, _id, start) => {
    this.there.push(this.#reader.bytes.readDoubleLE(start))
    this.back.push(Number(now() - this.#reader.bytes.readBigUInt64LE(start + 8)))
    this.#answered.resolve()
  }

  #wake(): void {
    this.wakes++
    this.#worker.postMessage(0)
  }
}

/** The other side: it counts records, and answers the last of a round and each that is timed. */
function answer(rings: { out: SharedArrayBuffer; into: SharedArrayBuffer }): void {
  const wake = (): void => parentPort?.postMessage(0)
  const writer = new RingWriter(rings.into, wake)
  const reader = new RingReader(rings.out, wake)
  const reply = (nanoseconds: number): void => {
    const at = writer.reserve(16)
    writer.bytes.writeDoubleLE(nanoseconds, at)
    writer.bytes.writeBigUInt64LE(now(), at + 8)
    writer.put(TIMED, 0, 16)
    writer.publish()
  }
  let count = 0
  const take: TakeRecord = (type, _id, start) => {
    if (type === TIMED) reply(Number(now() - reader.bytes.readBigUInt64LE(start)))
    else if (++count % records === 0) reply(0)
  }
  const read = (): void => {
    do while (reader.read(take));
    while (!reader.sleep())
  }
  parentPort?.on('message', read)
  read()
}

async function measureRates(sender: Sender): Promise<void> {
  console.log(`Node ${process.version}, records of ${row.length} bytes, median of ${rounds} rounds`)
  console.log(`${'contestant'.padEnd(32)} M records/s   wake-ups/1000 records`)
  for (const [name, contestant] of Object.entries(contestants)) {
    await sender.send(contestant)
    sender.wakes = 0
    const rates: number[] = []
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      await sender.send(contestant)
      rates.push(records / (performance.now() - start) / 1000)
    }
    const wakes = (sender.wakes / rounds / records) * 1000
    console.log(name.padEnd(32), quantile(rates, 0.5).toFixed(2).padStart(11), wakes.toFixed(1).padStart(23))
  }
}

async function measureLatencies(sender: Sender): Promise<void> {
  sender.there.length = 0
  sender.back.length = 0
  for (let i = 0; i < latencies; i++) {
    // Long enough for both threads to sleep.
    await delay(1)
    await sender.time()
  }
  console.log(`${'one record, both asleep'.padEnd(32)}      p50 µs   p99 µs`)
  for (const [name, list] of Object.entries({ there: sender.there, back: sender.back })) {
    console.log(name.padEnd(32), toMicros(list, 0.5).padStart(11), toMicros(list, 0.99).padStart(8))
  }
}

function quantile(list: readonly number[], share: number): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length * share)] ?? Number.NaN
}

function toMicros(nanoseconds: readonly number[], share: number): string {
  return (quantile(nanoseconds, share) / 1000).toFixed(1)
}

if (isMainThread) {
  const sender = new Sender()
  await sender.time()
  await measureRates(sender)
  await measureLatencies(sender)
  await sender.close()
} else answer(workerData)
