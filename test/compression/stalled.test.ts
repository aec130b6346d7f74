import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import type { Encoding } from 'millrace/middleware'
import { DecodingClient } from './decoding-client.ts'

const READERS = 20
const MEGABYTE = 1e6

const cases: readonly (readonly [string, Encoding])[] = [
  ['/sse', 'zstd'],
  ['/ndjson', 'br'],
  ['/sse', 'gzip'],
  ['/ndjson', 'deflate'],
]

interface Told {
  kind: string
  port: number
  asked: number
  rss: number
  inUse: number
}

async function told(child: ChildProcess, kind: string): Promise<Told> {
  const [message]: Told[] = await once(child, 'message')
  if (message?.kind !== kind) throw new Error(`Not ${kind}: ${JSON.stringify(message)}`)
  return message
}

async function ask(child: ChildProcess, question: string | number, kind: string): Promise<Told> {
  child.send(question)
  return told(child, kind)
}

// The kernel may take a little more after it was full: the sources are at rest when other replies come and go without
// one more record being asked for.
async function measureAtRest(child: ChildProcess, port: number): Promise<Told> {
  for (let before = -1; ;) {
    const measured = await ask(child, 'measure', 'measured')
    if (measured.asked === before) return measured
    before = measured.asked
    for (let count = 0; count < 25; count++) await (await fetch(`http://127.0.0.1:${port}/other`)).text()
  }
}

it.each(cases)(
  'G2: 20 readers that do not read a compressed stream of 20 MB cost less than 20 MB in all: %s, %s',
  async (path, encoding) => {
    const execArgv = ['--conditions=millrace:source', '--expose-gc']
    const child = fork(new URL('./stalled-worker.ts', import.meta.url), { execArgv })
    const { port } = await told(child, 'ready')
    const url = `http://127.0.0.1:${port}${path}`
    // What code and buffers take once is not what readers take: one that reads comes first.
    const first = await new DecodingClient(url, encoding).over()
    expect(first.bytes.length).toBeGreaterThan(20 * MEGABYTE)
    const before = await measureAtRest(child, port)
    const awaited = ask(child, READERS, 'listening').then(() => told(child, 'awaited'))
    const clients = Array.from({ length: READERS }, () => new DecodingClient(url, encoding))
    await Promise.all(clients.map((client) => client.pause()))
    await awaited
    const after = await measureAtRest(child, port)
    console.log(path, encoding, (after.rss - before.rss) / 1e6, (after.inUse - before.inUse) / 1e6, after.asked - before.asked)
    expect(after.inUse - before.inUse).toBeLessThan(20 * MEGABYTE)
    expect(after.asked - before.asked).toBeLessThan(READERS * 20_000)
    for (const client of clients.slice(1)) await client.leave()
    await clients[0]?.resume()
    expect(await clients[0]?.over()).toEqual(first)
    child.kill()
    await once(child, 'exit')
  },
  60_000,
)
