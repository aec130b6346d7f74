// One event to 5,000 readers: `node bench/sse-broadcast.ts [--readers=5000] [--seconds=5] [--rate=200] [--peers=hono]`.
//
// Each server runs in a process of its own, on a core of its own where that can be had; this one holds the readers.
//
// - `one by one`: the next event is sent when every reader has had the last.
// - `ten at once`: ten are sent in one turn of the event loop, and the next ten when every reader has had those.
// - `200 a second`: they come when they come, and what is delivered in that time counts. An event is late from the moment
//   at which it was due, whether the server had time to take it or not.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { coresNote, type CpuTimes, cpuTimes, place } from './peers/cores.ts'

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '200' },
    peers: { type: 'string', default: 'millrace,better-sse,fastify,hono' },
  },
})
const readers = Number(values.readers)
const seconds = Number(values.seconds)
const perSecond = Number(values.rate)
const titles = ['one by one', 'ten at once', `${perSecond} a second`] as const

interface Figures {
  /** Kilobytes of resident memory for each reader. */
  memory: number
  runs: readonly Run[]
}

interface Run {
  rate: number
  /** Deliveries for each second of CPU time that the server used: it hardly changes when the readers are the limit. */
  cpuRate: number
  /** How much of that time was the kernel's, from 0 to 1. */
  kernel: number
  p50: number
  p99: number
}

interface Message {
  kind: string
  port: number
  rss: number
}

/** All readers of one server, and how far they are. */
class Readers {
  readonly #sockets: Socket[] = []
  readonly #latencies: number[] = []
  readonly #buffer = Buffer.allocUnsafe(65_536)
  #expected = 0
  #received = 0
  #done: (() => void) | undefined

  async open(port: number): Promise<void> {
    while (this.#sockets.length < readers) {
      const some = Array.from({ length: Math.min(100, readers - this.#sockets.length) }, () =>
        this.#connect(port),
      )
      await Promise.all(some)
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Resolves when every reader has had so many events more. */
  expect(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#expected = count * readers
    this.#received = 0
    this.#done = resolve
    return promise
  }

  get received(): number {
    return this.#received
  }

  takeLatencies(): Float64Array {
    return Float64Array.from(this.#latencies.splice(0)).sort()
  }

  #connect(port: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let head = ''
    const take = (size: number) => {
      const text = this.#buffer.toString('latin1', 0, size)
      if (head.includes('\r\n\r\n')) return this.#take(text)
      head += text
      if (head.includes('\r\n\r\n')) resolve()
    }
    const onread = { buffer: this.#buffer, callback: (size: number) => (take(size), true) }
    const socket = connect({ port, host: '127.0.0.1', onread })
    socket.write('GET / HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n')
    this.#sockets.push(socket)
    return promise
  }

  #take(text: string): void {
    const now = process.hrtime.bigint()
    for (let at = text.indexOf('"at":"'); at !== -1; at = text.indexOf('"at":"', at + 6)) {
      const sentAt = BigInt(text.slice(at + 6, text.indexOf('"', at + 6)))
      this.#latencies.push(Number(now - sentAt) / 1e6)
      this.#received++
    }
    if (this.#received >= this.#expected) this.#done?.()
  }
}

async function told(server: ChildProcess, kind: string): Promise<Message> {
  for (;;) {
    const [message]: Message[] = await once(server, 'message')
    if (message?.kind === kind) return message
  }
}

async function memoryOf(server: ChildProcess): Promise<number> {
  const answer = told(server, 'memory')
  server.send({ kind: 'memory' })
  return (await answer).rss
}

async function measure(server: ChildProcess): Promise<Figures> {
  const { port } = await told(server, 'ready')
  const before = await memoryOf(server)
  const all = new Readers()
  await all.open(port)
  await send(server, all, 1)
  await wait(1000)
  const memory = ((await memoryOf(server)) - before) / readers / 1000
  const runs = [await run(server, all, 1), await run(server, all, 10), await flood(server, all)]
  all.close()
  return { memory, runs }
}

async function send(server: ChildProcess, all: Readers, count: number): Promise<void> {
  const received = all.expect(count)
  server.send({ kind: 'send', count })
  await received
}

async function run(server: ChildProcess, all: Readers, count: number): Promise<Run> {
  for (let round = 0; round < 5; round++) await send(server, all, count)
  return timeRun(server, all, async () => {
    let events = 0
    for (const start = performance.now(); performance.now() - start < seconds * 1000; events += count) {
      await send(server, all, count)
    }
    return events
  })
}

async function flood(server: ChildProcess, all: Readers): Promise<Run> {
  return timeRun(server, all, async () => {
    void all.expect(Infinity)
    server.send({ kind: 'rate', count: perSecond, seconds })
    await wait(seconds * 1000)
    return all.received / readers
  })
}

async function timeRun(server: ChildProcess, all: Readers, task: () => Promise<number>): Promise<Run> {
  all.takeLatencies()
  const start = performance.now()
  const before = timesOf(server)
  const events = await task()
  const rate = (events / (performance.now() - start)) * 1000
  const after = timesOf(server)
  const cpu = after.all - before.all
  const cpuRate = (events * readers) / cpu
  const kernel = (after.kernel - before.kernel) / cpu
  const latencies = all.takeLatencies()
  const quantile = (part: number) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN
  return { rate, cpuRate, kernel, p50: quantile(0.5), p99: quantile(0.99) }
}

function timesOf(server: ChildProcess): CpuTimes {
  return cpuTimes(server.pid ?? 0) ?? { all: Number.NaN, kernel: Number.NaN }
}

async function measurePeer(name: string): Promise<Figures> {
  const path = fileURLToPath(new URL(`./servers/sse-${name}.ts`, import.meta.url))
  const [command = '', ...given] = place([process.execPath, '--expose-gc', path], 'server', 'pinned')
  const server = spawn(command, given, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    return await measure(server)
  } finally {
    // One that is behind does not hear a gentle word.
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
}

function toCell(value: number, width: number): string {
  return value.toFixed(value < 1000 ? 1 : 0).padStart(width)
}

const figures = new Map<string, Figures>()
for (const name of values.peers.split(',')) figures.set(name, await measurePeer(name))

console.log(`Node ${process.version}, ${readers} readers, ${seconds} s for each line; ${coresNote}`)
for (const [index, title] of titles.entries()) {
  console.log(`\n${title.padEnd(14)} events/s  deliveries/s  a CPU second  of it kernel    p50 ms    p99 ms`)
  for (const [name, { runs }] of figures) {
    const one = runs[index]
    if (!one) continue
    const rates = [toCell(one.rate, 8), toCell(one.rate * readers, 13), toCell(one.cpuRate, 13)]
    rates.push(`${Math.round(one.kernel * 100)} %`.padStart(12))
    console.log(name.padEnd(14), ...rates, one.p50.toFixed(1).padStart(9), one.p99.toFixed(1).padStart(9))
  }
}
console.log('\nmemory of the server for each reader')
for (const [name, { memory }] of figures) console.log(name.padEnd(14), `${memory.toFixed(1)} kB`)
process.exit()
