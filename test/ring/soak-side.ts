// One side of the soak: it writes records into one ring, of random types, streams, sizes and times, and reads those of
// the other side from another ring. A digest of each stream, and one of all, tells whether any byte differs.
import { createHash, type Hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { RingWriter } from '../../src/server/ring/ring-writer.ts'

export interface Side {
  out: SharedArrayBuffer
  into: SharedArrayBuffer
  port: MessagePort
  seed: number
  /** How many records each side writes. */
  records: number
}

/** What was written and what was read: a digest for each stream, and for all records in their order. */
export interface Digests {
  written: string[]
  read: string[]
}

const streams = 16
/** The type of records that grow: where one ends and the next begins makes no difference to what is compared. */
const growing = 15
const recordsAwake = 1
const roomAwake = 2

export async function runSide(side: Side): Promise<Digests> {
  const { port } = side
  const bells = { records: new Bell(), room: new Bell() }
  port.on('message', (wake: unknown) => (wake === roomAwake ? bells.room : bells.records).ring())
  const [written, read] = await Promise.all([write(side, bells.room), readAll(side, bells.records)])
  return { written: written.digest(), read: read.digest() }
}

async function write({ out, port, seed, records }: Side, room: Bell): Promise<Digest> {
  const writer = new RingWriter(out, () => port.postMessage(recordsAwake))
  const random = createRandom(seed)
  const bytes = toBytes(random, 2 * writer.longest)
  const digest = new Digest()
  for (let i = 0; i < records; i++) {
    const size = pickSize(random, writer.longest)
    const reserved = Math.min(writer.longest, size + (random() < 0.2 ? Math.floor(random() * 100) : 0))
    const from = Math.floor(random() * writer.longest)
    // The last one is a whole record: those are counted.
    const isMore = i + 1 < records && random() < 0.4
    const type = isMore ? growing : 1 + Math.floor(random() * (growing - 1))
    const id = Math.floor(random() * (isMore ? 2 : streams))
    const reserve = () => (isMore ? writer.reserveMore(type, id, reserved) : writer.reserve(reserved))
    let at = reserve()
    for (; at === -1; at = reserve()) await room.heard()
    bytes.copy(writer.bytes, at, from, from + size)
    writer.put(type, id, size)
    digest.add(type, id, bytes.subarray(from, from + size))
    if (isMore) i--
    if (random() < 0.5) writer.publish()
    if (random() < 0.01) {
      writer.publish()
      await pause(random)
    }
  }
  writer.publish()
  return digest
}

async function readAll({ into, port, seed, records }: Side, bell: Bell): Promise<Digest> {
  const reader = new RingReader(into, () => port.postMessage(roomAwake))
  const random = createRandom(seed + 1)
  const digest = new Digest()
  const take = (type: number, id: number, start: number, end: number): void =>
    digest.add(type, id, reader.bytes.subarray(start, end))
  while (digest.records < records) {
    while (reader.read(take, pickLimit(random, reader.bytes.length))) {
      if (random() < 0.02) await pause(random)
    }
    // Now and then it is not the writer that wakes it up.
    if (reader.sleep() && digest.records < records) await (random() < 0.1 ? pause(random) : bell.heard())
  }
  return digest
}

/** A wake-up that is on its way, or waited for. */
class Bell {
  #rung = false
  #listener: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#listener?.()
  }

  async heard(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#listener = resolve))
    this.#listener = undefined
    this.#rung = false
  }
}

class Digest {
  records = 0
  readonly #all = createHash('sha256')
  readonly #streams: Hash[] = Array.from({ length: streams }, () => createHash('sha256'))
  readonly #grown: Hash[] = Array.from({ length: 2 }, () => createHash('sha256'))

  add(type: number, id: number, bytes: Uint8Array): void {
    if (type === growing) return void this.#grown[id]?.update(bytes)
    this.records++
    const head = `${type} ${id} ${bytes.length}\n`
    this.#all.update(head)
    this.#streams[id]?.update(head).update(bytes)
  }

  digest(): string[] {
    return [this.#all, ...this.#streams, ...this.#grown].map((hash) => hash.digest('hex'))
  }
}

async function pause(random: () => number): Promise<void> {
  const turns = Math.floor(random() * 4)
  for (let i = 0; i <= turns; i++) await turn()
}

// Most records are small; some are as long as can be.
function pickSize(random: () => number, longest: number): number {
  const kind = random()
  if (kind < 0.01) return longest
  if (kind > 0.9) return Math.floor(random() * (longest + 1))
  return Math.floor(random() * Math.min(longest + 1, 200))
}

function pickLimit(random: () => number, size: number): number {
  return random() < 0.5 ? size >> 1 : Math.floor(random() * size)
}

function toBytes(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
