// Every interleaving of a writer and a reader, at each load and store of what they share. The two are the source
// itself, made to stop there (`step-machine.ts`). Faults that are built in must be found.
import { describe, expect, test } from 'vitest'
import { createRing, HEAD, RingMemory } from '../../src/server/ring/ring-memory.ts'
import { RingReader } from '../../src/server/ring/ring-reader.ts'
import { RingWriter } from '../../src/server/ring/ring-writer.ts'
import { between, type Explored, explore, type World } from './explore.ts'
import {
  type MachineClass,
  type Mutation,
  type ReaderMachine,
  type Steps,
  toReaderMachine,
  toWriterMachine,
  type WriterMachine,
} from './step-machine.ts'

const size = 128
const type = 5

interface Planned {
  bytes: number
  /** How many more than `bytes` are reserved. */
  spare?: number
  /** It goes on with the payload of the record before it, where that can grow. */
  isMore?: boolean
  publish: boolean
}

interface Scenario {
  start: number
  records: readonly Planned[]
  /** How many bytes the reader takes at a time; without it half the ring. */
  limit?: number
  /** How often a side may be woken for another reason. */
  awakenings: number
}

const strict = (bytes: number): Planned => ({ bytes, publish: true })
const held = (bytes: number): Planned => ({ bytes, publish: false })
const more = (bytes: number, publish = true): Planned => ({ bytes, isMore: true, publish })
const repeat = (count: number, planned: Planned): Planned[] => Array.from({ length: count }, () => planned)

/** Scenarios as small as they can be to bring each part of the protocol into play. */
const scenarios: Record<string, Scenario> = {
  'padding, where 32 bits overflow': {
    start: 2 ** 31 - 24,
    records: [strict(8), { bytes: 4, spare: 4, publish: true }, strict(8)],
    awakenings: 1,
  },
  'no room for the padding': {
    start: 2 ** 32 - 120,
    records: [...repeat(7, held(8)), strict(8), strict(0)],
    awakenings: 0,
  },
  'strict records, with wake-ups for other reasons': {
    start: 0,
    records: [strict(4), strict(0), strict(8)],
    awakenings: 2,
  },
  'more than the ring holds, taken at once': {
    start: 2 ** 31 - 64,
    records: [...repeat(9, held(8)), strict(4)],
    limit: size,
    awakenings: 1,
  },
  'more than the ring holds, taken one by one': {
    start: 2 ** 32 - 64,
    records: [...repeat(8, held(8)), strict(0)],
    limit: 1,
    awakenings: 0,
  },
  'a record that grows while it is read': {
    start: 2 ** 32 - 16,
    records: [strict(4), more(4), strict(4), more(4), strict(0)],
    awakenings: 1,
  },
  'a record that grows unseen, then another': {
    start: 0,
    records: [strict(4), more(4, false), held(4), more(4), strict(4)],
    awakenings: 1,
  },
  'a record that cannot grow at the end of the memory': {
    start: size - 8,
    records: [strict(0), more(4), more(4), strict(0)],
    awakenings: 1,
  },
  'a record that would grow over what is not read': {
    start: 2 ** 31 - 16,
    records: [...repeat(7, held(8)), held(0), held(0), more(4), strict(0)],
    awakenings: 0,
  },
}

const patternOf = (word: number): number => 1000 + word

// A record that may grow has the id of the one that it goes on with.
function toIds(records: readonly Planned[]): number[] {
  let id = -1
  return records.map(({ isMore }) => (isMore ? id : ++id))
}

function* write(writer: WriterMachine, all: Shared, records: readonly Planned[]): Steps<void> {
  const ids = toIds(records)
  let next = 0
  for (const [index, { bytes, spare = 0, publish }] of records.entries()) {
    const id = ids[index] ?? 0
    let at = yield* writer.reserveMore(type, id, bytes + spare)
    while (at === -1) {
      yield between
      yield { name: 'writer waits', isReady: () => all.wakeWriter, run: () => (all.wakeWriter = false) }
      at = yield* writer.reserveMore(type, id, bytes + spare)
    }
    for (let word = 0; word < bytes / 4; word++) {
      const place = at / 4 + word
      yield { name: 'payload', run: () => (all.words[place] = patternOf(next)) }
      next++
    }
    yield* writer.put(type, id, bytes)
    yield between
    if (publish) yield* writer.publish()
    yield between
  }
}

function* read(reader: ReaderMachine, all: Shared, { records, limit }: Scenario): Steps<void> {
  const owners = records.flatMap(({ bytes }, index) => repeatId(toIds(records)[index] ?? 0, bytes / 4))
  const lastId = toIds(records).at(-1)
  function* take(takenType: number, id: number, start: number, end: number): Steps<void> {
    // Each id in its turn, and none left out; one that grows may come again.
    const isNext = id === all.id || id === all.id + 1
    if (takenType !== type || !isNext || (end - start) % 4 !== 0) {
      throw new Error(`after record ${all.id}, type ${takenType}, id ${id}, ${end - start} bytes are taken`)
    }
    for (let place = start / 4; place < end / 4; place++) {
      const found: unknown = yield { name: 'payload taken', run: () => all.words[place] }
      const isOwn = owners[all.taken] === id
      if (!isOwn || found !== patternOf(all.taken)) throw new Error(`record ${id} has ${String(found)} in it`)
      all.taken++
    }
    all.id = id
  }
  for (;;) {
    do {
      yield between
      while (yield* reader.read(take, limit)) yield between
      yield between
    } while (!(yield* reader.sleep()))
    yield between
    if (all.taken === owners.length && all.id === lastId) return
    yield { name: 'reader sleeps', isReady: () => all.wakeReader, run: () => (all.wakeReader = false) }
  }
}

function repeatId(id: number, count: number): number[] {
  return Array.from({ length: count }, () => id)
}

// Wakes the reader, and the writer if it waits, though nothing has happened: a socket did it.
function* awaken(all: Shared, times: number): Steps<void> {
  for (let i = 0; i < times; i++) {
    yield { name: 'the reader is woken', run: () => (all.wakeReader = true) }
    yield { name: 'the writer is woken', run: () => (all.wakeWriter = true) }
    yield between
  }
}

interface Shared {
  words: Int32Array
  /** Words of payload that were taken, and the id of the last record. */
  taken: number
  id: number
  /** Wake-ups on their way; several at once count as one, which can only lose more. */
  wakeReader: boolean
  wakeWriter: boolean
}

interface Machines {
  Writer: MachineClass<WriterMachine>
  Reader: MachineClass<ReaderMachine>
}

function begin({ Writer, Reader }: Machines, scenario: Scenario): World {
  const memory = createRing(size, scenario.start)
  const { words, control } = new RingMemory(memory)
  // What stands in memory that is used again can look like anything, so here it does from the start.
  words.fill(0x51_51_51_51)
  const all: Shared = { words, taken: 0, id: -1, wakeReader: false, wakeWriter: false }
  const writer = new Writer(memory, () => (all.wakeReader = true))
  const reader = new Reader(memory, () => (all.wakeWriter = true))
  const bytes = Buffer.from(memory)
  return {
    threads: [
      write(writer, all, scenario.records),
      read(reader, all, scenario),
      awaken(all, scenario.awakenings),
    ],
    toKey: () =>
      `${bytes.toString('latin1')}|${all.taken},${all.id}${all.wakeReader}${all.wakeWriter}|${toFields(writer)}|${toFields(reader)}`,
    checkEnd() {
      expect(all.taken).toBe(scenario.records.reduce((sum, { bytes }) => sum + bytes / 4, 0))
      expect(all.id).toBe(toIds(scenario.records).at(-1))
      expect(Object.entries(reader).find(([name]) => name === '_position')?.[1]).toBe(control[HEAD])
    },
  }
}

function toFields(machine: object): string {
  return Object.values(machine)
    .filter((value) => typeof value === 'number' || typeof value === 'boolean')
    .join()
}

function exploreScenario(machines: Machines, scenario: Scenario): Explored {
  return explore(() => begin(machines, scenario))
}

const right: Machines = { Writer: toWriterMachine(), Reader: toReaderMachine() }

const writerFaults: Record<string, Mutation[]> = {
  'HEAD is not stored before ASLEEP is loaded': [
    ['    Atomics.store(this.#control, HEAD, this.#position)\n', ''],
    [
      'if (Atomics.load(this.#control, ASLEEP) === 0) return',
      `const asleep = Atomics.load(this.#control, ASLEEP)
    Atomics.store(this.#control, HEAD, this.#position)
    if (asleep === 0) return`,
    ],
  ],
  'HEAD is stored before the head of the record': [
    [
      '    this.#words[(this.#start & (this.#size - 1)) >> 2] = tag',
      `    Atomics.store(this.#control, HEAD, (this.#start + RECORD_HEAD + size) | 0)
    this.#words[(this.#start & (this.#size - 1)) >> 2] = tag`,
    ],
  ],
  'nobody is woken': [[' === 1) this.#wake()', ' === 1) return']],
  'ASLEEP is cleared by each publish': [
    [
      'if (Atomics.load(this.#control, ASLEEP) === 0) return',
      'const asleep = Atomics.load(this.#control, ASLEEP)\n    Atomics.store(this.#control, ASLEEP, 0)',
    ],
    ['if (Atomics.compareExchange(this.#control, ASLEEP, 1, 0) === 1)', 'if (asleep === 1)'],
  ],
  'WANTS_ROOM is not stored before the second look for room': [
    ['    Atomics.store(this.#control, WANTS_ROOM, 1)\n', ''],
    [
      '#tail) | 0) > this.#size) return false',
      '#tail) | 0) > this.#size) {\n Atomics.store(this.#control, WANTS_ROOM, 1)\n return false }',
    ],
  ],
  'there is no second look for room': [
    [
      `WANTS_ROOM, 1)
    this.#tail = Atomics.load(this.#control, TAIL)`,
      'WANTS_ROOM, 1)',
    ],
  ],
  'the writer waits before it has published': [['    this.publish()\n', '']],
  'there is room for 8 bytes too many': [
    ['> this.#size && !this.#findRoom(end)', '> this.#size + 8 && !this.#findRoom(end)'],
  ],
  'padding needs no room': [['const end = position + padding + need', 'const end = position + need']],
  'padding is not marked': [['if (padding > 0) this.#words[at >> 2] = PADDING', '']],
  'padding is left out of the position': [['(position + padding) | 0', 'position | 0']],
  'the last record is not padded': [['at + need > this.#size ?', 'at + need > this.#size + 8 ?']],
  'a record grows over what is not read': [
    ['#tail) | 0) <= this.#size\n  }', '#tail) | 0) <= this.#size + 8\n  }'],
  ],
  'HEAD is stored before LAST': [
    [
      'this.#publishedLast = this.#last\n',
      'this.#publishedLast = this.#last\n      Atomics.store(this.#control, HEAD, this.#position)\n',
    ],
  ],
  'LAST is not stored': [['      Atomics.store(this.#control, LAST, this.#last)\n', '']],
  'the length of a record is that of its first part': [
    ['this.#words[((this.#last', 'if (!this.#isMore) this.#words[((this.#last'],
  ],
  'a record grows with the payload of another': [['if (tag !== this.#tag || this', 'if (this']],
  'bytes in the ring are counted beyond 32 bits': [
    ['if (((end - this.#tail) | 0) > this.#size && !', 'if (end - this.#tail > this.#size && !'],
  ],
}

const readerFaults: Record<string, Mutation[]> = {
  'ASLEEP is not stored before the second look for records': [
    ['    Atomics.store(this.#control, ASLEEP, 1)\n', ''],
    [
      'if (this.#position === this.#head) return true',
      `if (this.#position === this.#head) {
      Atomics.store(this.#control, ASLEEP, 1)
      return true
    }`,
    ],
  ],
  'there is no second look for records': [
    [
      `ASLEEP, 1)
    this.#head = Atomics.load(this.#control, HEAD)`,
      'ASLEEP, 1)',
    ],
  ],
  'TAIL is not stored before WANTS_ROOM is loaded': [
    ['    Atomics.store(this.#control, TAIL, this.#start)\n', ''],
    [
      'if (Atomics.load(this.#control, WANTS_ROOM) === 0) return',
      `const wants = Atomics.load(this.#control, WANTS_ROOM)
    Atomics.store(this.#control, TAIL, this.#start)
    if (wants === 0) return`,
    ],
  ],
  'memory is given back before its records were taken': [
    ['    try {\n', '    Atomics.store(this.#control, TAIL, this.#head)\n    try {\n'],
  ],
  'the writer is woken by nobody': [[' === 1) this.#wake()', ' === 1) return']],
  'the writer is woken only when more than all is free': [
    ['> this.#size - (this.#size >> 2)) return', '> -1) return'],
  ],
  'the padding is taken for a record': [['tag === PADDING ?', 'tag === -1 ?']],
  'the length of a record is not rounded up': [['(this.#position + 7) & -8', 'this.#position']],
  'LAST is loaded before HEAD': [
    ['    this.#last = Atomics.load(this.#control, LAST)\n', ''],
    [
      '    if (this.#position === this.#head) {\n',
      '    this.#last = Atomics.load(this.#control, LAST)\n    if (this.#position === this.#head) {\n',
    ],
  ],
  'the last record is given back': [['TAIL, this.#start)', 'TAIL, this.#position)']],
  'what is not visible yet is taken': [['> 0 ? this.#head : stop', '> 0 ? stop : stop']],
}

describe('RingWriter and RingReader', () => {
  test.each(Object.entries(scenarios))('keep every record in every interleaving: %s', (_, scenario) => {
    const explored = exploreScenario(right, scenario)
    expect(explored.fault).toBeUndefined()
    // So that nobody takes a test for exhaustive that has become empty.
    expect(explored.states).toBeGreaterThan(5000)
    expect(explored.runs).toBeGreaterThan(5000)
  })

  test.each(Object.entries(writerFaults))('are caught when %s', (_, mutations) => {
    expect(findFault({ ...right, Writer: toWriterMachine(...mutations) })).toBeDefined()
  })

  test.each(Object.entries(readerFaults))('are caught when %s', (_, mutations) => {
    expect(findFault({ ...right, Reader: toReaderMachine(...mutations) })).toBeDefined()
  })
})

// Each fault shows without wake-ups for other reasons, which would only make more states.
function findFault(machines: Machines): string | undefined {
  for (const scenario of Object.values(scenarios)) {
    const { fault } = exploreScenario(machines, { ...scenario, awakenings: 0 })
    if (fault !== undefined) return fault
  }
  return undefined
}

describe('toWriterMachine and toReaderMachine', () => {
  test('leave the same memory as the classes they are made of, when nothing interleaves', () => {
    const start = 2 ** 32 - 1000
    const [ours, theirs] = [createRing(256, start), createRing(256, start)]
    const machine = new right.Writer(theirs, () => {})
    const readingMachine = new right.Reader(theirs, () => {})
    const writer = new RingWriter(ours, () => {})
    const reader = new RingReader(ours, () => {})
    for (let i = 0; i < 400; i++) {
      const bytes = (i * 7) % 25
      const at = writer.reserve(bytes)
      expect(finish(machine.reserve(bytes))).toBe(at)
      if (at !== -1) {
        writer.put(1, i, bytes)
        finish(machine.put(1, i, bytes))
      }
      if (i % 3 === 0) {
        writer.publish()
        finish(machine.publish())
      }
      if (i % 8 < 3) expect(finish(readingMachine.read(takeNothing, i))).toBe(reader.read(() => {}, i))
      if (i % 10 === 0) expect(finish(readingMachine.sleep())).toBe(reader.sleep())
      expect(Buffer.from(theirs).equals(Buffer.from(ours))).toBe(true)
    }
  })
})

function* takeNothing(): Steps<void> {}

function finish<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (step.done !== true) step = steps.next(step.value.run())
  return step.value
}
