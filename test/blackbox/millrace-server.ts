// The endpoints on millrace, in a process of its own, with the transmitter that it is told: prints its address.
import { appendFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { notFound, serve, stream } from 'millrace'
import type { Context } from 'millrace/context'

type Note = (event: string) => void

interface Endpoint {
  status?: number
  headers?: Record<string, string>
  blocks: (note: Note, signal: AbortSignal) => Iterable<string | Uint8Array> | AsyncIterable<string>
}

const now = () => (performance.timeOrigin + performance.now()).toFixed(3)
const stamp = (number: number) => `[${number} ${now()}]\n`

function keepBusy(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

async function* timed(): AsyncGenerator<string> {
  for (let number = 1; number <= 4; number++) {
    yield stamp(number)
    await pause(200)
  }
}

function* busy(): Generator<string> {
  for (let number = 1; number <= 4; number++) {
    yield stamp(number)
    keepBusy(200)
  }
}

function* failEarly(): Generator<string> {
  throw new Error('failed before the first block')
}

function* failLate(): Generator<string> {
  yield 'first'
  throw new Error('failed after the first block')
}

function* missing(): Generator<string> {
  throw notFound()
}

async function* ticks(note: Note, signal: AbortSignal): AsyncGenerator<string> {
  note('started')
  try {
    for (let count = 0; count < 40; count++) {
      yield 'tick\n'
      await pause(50, undefined, { signal })
    }
    note('ended')
  } finally {
    note('closed')
  }
}

async function* parked(note: Note, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield 'tick\n'
    await pause(2000, undefined, { signal })
    yield 'tick\n'
  } finally {
    note('closed')
  }
}

function* flood(note: Note): Generator<Uint8Array> {
  const block = Buffer.alloc(65_536, 'x')
  for (let count = 0; count < 2000; count++) {
    note('made')
    yield block
  }
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  plain: { blocks: () => ['plain\n'] },
  timed: { blocks: timed },
  busy: { blocks: busy },
  empty: { blocks: () => ['a', '', 'b'] },
  'fail-early': { blocks: failEarly },
  'fail-late': { blocks: failLate },
  'fail-length': { headers: { 'content-length': '10' }, blocks: failLate },
  missing: { blocks: missing },
  ticks: { blocks: ticks },
  parked: { blocks: parked },
  short: { headers: { 'content-length': '10' }, blocks: () => ['first'] },
  long: { headers: { 'content-length': '5' }, blocks: () => ['first', 'second'] },
  'no-content': { status: 204, blocks: () => ['first'] },
  'not-modified': { status: 304, blocks: () => ['first'] },
  flood: { blocks: flood },
  inject: { headers: { 'x-name': 'a\r\nX-Injected: 1' }, blocks: () => ['plain\n'] },
}

function answer({ params, query, signal }: Context): Response {
  const endpoint = endpoints[params['name'] ?? '']
  if (!endpoint) throw notFound()
  const { status = 200, headers = {}, blocks } = endpoint
  const file = join(process.env['BLACKBOX_JOURNAL'] ?? '', basename(query.get('id') ?? 'none'))
  const note = (event: string) => appendFileSync(file, `${event} ${now()}\n`)
  return stream(() => blocks(note, signal), { status, headers: { 'content-type': 'text/plain', ...headers } })
}

const server = await serve({
  port: Number(process.env['PORT'] ?? 0),
  transmitter: process.argv[2] === 'thread' ? 'thread' : 'inline',
  routes: { '/:name': answer },
  report: () => {},
})
process.stdout.write(`${server.url}\n`)
