// How fast events become text, on one core and without a socket: `node bench/micro-sse.ts [--quick]`.
// Every contestant encodes the same events: once up to the text that it would hand to Node.js, and once with that text
// copied out as UTF-8, which costs all of them the same. The encoders of @fastify/sse and Hono are reached through the
// calls that users make, with a writer that does no more than that. better-sse sends text as a JSON string in one line,
// the others in a line for each of its lines.
import { createEventBuffer } from 'better-sse'
import { fastifySSE } from '@fastify/sse'
import Fastify from 'fastify'
import { SSEStreamingApi } from 'hono/streaming'
import { formatEvent } from '../src/formats/sse/format-event.ts'

interface Event {
  id: string
  event: string
  data: string | object
}

const COUNT = 20_000
const rounds = process.argv.includes('--quick') ? 5 : 30
const out = Buffer.alloc(1 << 16)

const sets: Record<string, Event[]> = {
  'a record of 6 fields': list((index) => ({
    symbol: 'MILL',
    price: 100 + (index % 997) / 100,
    size: index % 50,
    at: 1_790_000_000_000 + index,
    side: index % 2 ? 'buy' : 'sell',
    venue: 'X',
  })),
  'a token of text': list((index) => `word${index % 100} `),
  'text of 4 lines': list((index) => `line ${index}\nthe second\nthe third\nand the last`),
}

function list(toData: (index: number) => string | object): Event[] {
  return Array.from({ length: COUNT }, (_, index) => ({
    id: String(index),
    event: 'tick',
    data: toData(index),
  }))
}

const takers = {
  text: (text: string) => text.length,
  'text and bytes': (text: string) => out.write(text, 0, 'utf8'),
}
let copy = takers.text

type Contestant = (events: readonly Event[]) => number | Promise<number>

function millrace(events: readonly Event[]): number {
  let bytes = 0
  for (const event of events) bytes += copy(formatEvent(event))
  return bytes
}

// What no encoder can do without: JSON for the data, and four pieces of text put together. No check, no other form.
function floor(events: readonly Event[]): number {
  let bytes = 0
  for (const { data, event, id } of events) {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    bytes += copy(`event: ${event}\nid: ${id}\ndata: ${text}\n\n`)
  }
  return bytes
}

function betterSse(events: readonly Event[]): number {
  let bytes = 0
  const buffer = createEventBuffer()
  for (const { data, event, id } of events) {
    buffer.push(data, event, id)
    bytes += copy(buffer.read())
    buffer.clear()
  }
  return bytes
}

class CopyingApi extends SSEStreamingApi {
  bytes = 0

  override async write(text: string | Uint8Array): Promise<this> {
    this.bytes += copy(String(text))
    return this
  }
}

async function hono(events: readonly Event[]): Promise<number> {
  const { readable, writable } = new TransformStream()
  const api = new CopyingApi(writable, readable)
  for (const { data, event, id } of events) {
    await api.writeSSE({ data: typeof data === 'string' ? data : JSON.stringify(data), event, id })
  }
  return api.bytes
}

const app = Fastify()
await app.register(fastifySSE)
let fastifyEvents: readonly Event[] = []
let fastifyTime = 0
app.get('/', { sse: 'only' }, async (_request, reply) => {
  const write = reply.raw.write.bind(reply.raw)
  await reply.sse.send({ data: 'first' })
  reply.raw.write = (text: unknown) => copy(String(text)) > 0
  const start = performance.now()
  for (const event of fastifyEvents) await reply.sse.send(event)
  fastifyTime = performance.now() - start
  reply.raw.write = write
})

const FLOOR = 'the least that can be done'
const contestants: Record<string, Contestant> = {
  millrace,
  'better-sse': betterSse,
  Hono: hono,
  [FLOOR]: floor,
}

async function time(name: string, events: readonly Event[]): Promise<number> {
  const run = contestants[name]
  if (!run) {
    fastifyEvents = events
    await app.inject('/')
    return fastifyTime
  }
  const start = performance.now()
  await run(events)
  return performance.now() - start
}

console.log(`Node ${process.version}, ${COUNT} events, the fastest of ${rounds} rounds`)
const names = [...Object.keys(contestants), '@fastify/sse']
for (const [title, events] of Object.entries(sets)) {
  for (const [way, take] of Object.entries(takers)) {
    copy = take
    print(`${title}, ${way}`, await timeAll(events))
  }
}
await app.close()

async function timeAll(events: readonly Event[]): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const taken = await time(name, events)
      if (round > 0) times.get(name)?.push(taken)
    }
  }
  return times
}

function print(title: string, times: Map<string, number[]>): void {
  const rates = Array.from(times, ([name, values]) => ({ name, rate: COUNT / Math.min(...values) / 1000 }))
  const best = Math.max(
    ...rates.filter(({ name }) => name !== 'millrace' && name !== FLOOR).map(({ rate }) => rate),
  )
  console.log(`\n${title.padEnd(38)} M events/s   × the best of the others`)
  for (const { name, rate } of rates) {
    console.log(name.padEnd(38), rate.toFixed(2).padStart(10), (rate / best).toFixed(2).padStart(12))
  }
}
