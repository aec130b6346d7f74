// What a compressed record costs the application, and all threads together, by whom it is compressed:
// `node bench/micro-compression.ts [--quick]`. Records of 100 bytes leave one by one (`delivery: 'block'`).
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { serve, stream } from '../src/index.ts'
import type { Middleware } from '../src/gateway/handler.ts'
import { compress } from '../src/middleware/index.ts'
import { mapBlocks } from '../src/reply/index.ts'
import { median } from './spread.ts'

type By = 'transmitter' | 'application'
type Transmitter = 'inline' | 'thread'

interface Used {
  application: number
  all: number
}

interface Sample extends Used {
  seconds: number
  bytes: number
}

interface Case {
  path: string
  streams: number
  records: number
}

const quick = process.argv.includes('--quick')
const rounds = quick ? 3 : 7
const cases: Record<string, Case> = {
  'as fast as they are taken': { path: '/fast', streams: 4, records: quick ? 20_000 : 100_000 },
  'every 4 ms on each of 50 streams': { path: '/paced', streams: 50, records: quick ? 100 : 500 },
}
const contestants: readonly [Transmitter, By][] = [
  ['inline', 'application'],
  ['thread', 'application'],
  ['thread', 'transmitter'],
]
const headers = { 'content-type': 'text/csv' }

function* fast(records: number): Generator<string> {
  for (let index = 0; index < records; index++) yield record(index)
}

async function* paced(records: number): AsyncGenerator<string> {
  for (let index = 0; index < records; index++) {
    yield record(index)
    await delay(4)
  }
}

// 100 bytes, of which a third is new in each.
function record(index: number): string {
  const value = Math.imul(index, 2_654_435_761) >>> 0
  return `${index},${value},"A city of ${value % 977} houses",${(value % 36_000) / 100},Europe/Berlin\n`.padStart(
    100,
    'x',
  )
}

// A middleware that reads the blocks wants them compressed: the application has to do it.
const reads: Middleware = (handler) => async (context) => {
  const made = await handler(context)
  return made instanceof Response ? mapBlocks(made, (block) => block) : made
}

async function runServer(transmitter: Transmitter, by: By): Promise<void> {
  const server = await serve({
    transmitter,
    use: by === 'application' ? [reads, compress()] : [compress()],
    routes: {
      '/fast': ({ query }) => stream(() => fast(Number(query.get('records'))), { headers }),
      '/paced': ({ query }) => stream(() => paced(Number(query.get('records'))), { headers }),
    },
  })
  process.on('message', () => process.send?.(usage()))
  process.send?.(server.port)
}

// Milliseconds of CPU time so far; that of one thread only is known from Node 24 on.
function usage(): Used {
  const { threadCpuUsage } = process
  const own = threadCpuUsage?.call(process) ?? { user: Number.NaN, system: 0 }
  const all = process.cpuUsage()
  return { application: (own.user + own.system) / 1000, all: (all.user + all.system) / 1000 }
}

class Contestant {
  readonly #child: ReturnType<typeof fork>
  readonly name: string
  #port = 0

  constructor([transmitter, by]: readonly [Transmitter, By]) {
    this.name = `${transmitter}, by the ${by}`
    this.#child = fork(new URL(import.meta.url), ['--server', transmitter, by])
  }

  async start(): Promise<void> {
    const [port]: unknown[] = await once(this.#child, 'message')
    this.#port = Number(port)
  }

  async measure({ path, streams, records }: Case, encoding: string): Promise<Sample> {
    const before = await this.#usage()
    const start = performance.now()
    const fetched = Array.from({ length: streams }, () => this.#fetch(`${path}?records=${records}`, encoding))
    const bytes = (await Promise.all(fetched)).reduce((sum, one) => sum + one, 0)
    const seconds = (performance.now() - start) / 1000
    const after = await this.#usage()
    return {
      seconds,
      bytes,
      application: after.application - before.application,
      all: after.all - before.all,
    }
  }

  stop(): void {
    this.#child.kill()
  }

  async #usage(): Promise<Used> {
    this.#child.send('usage')
    const [used]: Used[] = await once(this.#child, 'message')
    return used ?? { application: Number.NaN, all: Number.NaN }
  }

  async #fetch(path: string, encoding: string): Promise<number> {
    const url = `http://127.0.0.1:${this.#port}${path}`
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    get(url, { agent: false, headers: { 'accept-encoding': encoding } }, (message) => {
      let bytes = 0
      message.on('data', (piece: Buffer) => (bytes += piece.length))
      message.on('end', () => resolve(bytes))
      message.on('error', reject)
    })
    return promise
  }
}

async function compare(): Promise<void> {
  for (const [name, one] of Object.entries(cases)) {
    for (const encoding of ['identity', 'gzip', 'zstd', 'br']) await compareOne(name, one, encoding)
  }
}

async function compareOne(name: string, one: Case, encoding: string): Promise<void> {
  const running = contestants.map((contestant) => new Contestant(contestant))
  const samples = running.map((): Sample[] => [])
  await Promise.all(running.map((contestant) => contestant.start()))
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contestant] of running.entries()) {
      const sample = await contestant.measure(one, encoding)
      if (round > 0) samples[index]?.push(sample)
    }
  }
  console.log(
    `\n${name}, ${encoding}: records/s, CPU of the application and of all threads in µs a record, bytes a record`,
  )
  const records = one.streams * one.records
  for (const [index, { name: who }] of running.entries()) {
    const middle = (pick: (sample: Sample) => number) => median((samples[index] ?? []).map(pick))
    const speed = Math.round(records / middle(({ seconds }) => seconds))
    const application = (middle((sample) => sample.application) * 1000) / records
    const all = (middle((sample) => sample.all) * 1000) / records
    const bytes = middle((sample) => sample.bytes) / records
    console.log(
      `${who.padEnd(28)} ${String(speed).padStart(9)} ${application.toFixed(1).padStart(7)} ${all.toFixed(1).padStart(7)} ${bytes.toFixed(1).padStart(7)}`,
    )
  }
  for (const contestant of running) contestant.stop()
}

const [, , role, transmitter, by] = process.argv
if (role === '--server') {
  await runServer(transmitter === 'thread' ? 'thread' : 'inline', by === 'application' ? by : 'transmitter')
} else await compare()
