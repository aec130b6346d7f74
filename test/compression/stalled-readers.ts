// Readers of a compressed stream of 20 MB who do not read, and what they cost a server that is a process of its own.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Encoding } from 'millrace/middleware'
import { type Decoded, DecodingClient } from './decoding-client.ts'

export interface StalledReaders {
  readonly path: '/sse' | '/ndjson'
  readonly encoding: Encoding
  readonly readers: number
  /** Inline unless told. */
  readonly transmitter?: 'inline' | 'thread'
}

export interface StalledFigures {
  /** Bytes by which the process has grown. */
  readonly rss: number
  /** Bytes by which has grown what Node.js knows to be in use, in all threads. */
  readonly inUse: number
  /** How many kilobytes were asked of the source of each reader: what the kernel has taken. */
  readonly asked: number
  /** What a reader got that read at once, and what one got that had not read for long. */
  readonly first: Decoded
  readonly late: Decoded | undefined
}

interface Told {
  kind: string
  port: number
  asked: number
  rss: number
  inUse: number
}

const watch = new URL('../support/watch-thread.ts', import.meta.url).href

/** Opens so many readers, waits until the server rests, and lets one of them read on. */
export async function measureStalled(how: StalledReaders): Promise<StalledFigures> {
  const { path, encoding, readers, transmitter = 'inline' } = how
  const execArgv = ['--conditions=millrace:source', '--expose-gc', `--import=${watch}`]
  const child = fork(new URL('./stalled-worker.ts', import.meta.url), [transmitter], { execArgv })
  using _ended = { [Symbol.dispose]: () => void child.kill() }
  const { port } = await told(child, 'ready')
  const url = `http://127.0.0.1:${port}${path}`
  // What code and buffers take once is not what readers take: one that reads comes first.
  const first = await new DecodingClient(url, encoding).over()
  const before = await measureAtRest(child, port)
  await ask(child, readers, 'listening')
  const awaited = told(child, 'awaited')
  const clients = Array.from({ length: readers }, () => new DecodingClient(url, encoding))
  await Promise.all(clients.map((client) => client.pause()))
  await awaited
  const after = await measureAtRest(child, port)
  const [late, ...others] = clients
  for (const client of others) await client.leave()
  await late?.resume()
  return {
    rss: after.rss - before.rss,
    inUse: after.inUse - before.inUse,
    asked: (after.asked - before.asked) / readers,
    first,
    late: await late?.over(),
  }
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
