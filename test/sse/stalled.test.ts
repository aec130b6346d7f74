import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../support/raw-client.ts'

const READERS = 20
const MEGABYTE = 1e6

interface Told {
  kind: string
  port: number
  sent: number
  readers: number
  growth: { rss: number; inUse: number }
}

async function told(child: ChildProcess, kind: string): Promise<Told> {
  const [message]: Told[] = await once(child, 'message')
  if (message?.kind !== kind) throw new Error(`Not ${kind}: ${JSON.stringify(message)}`)
  return message
}

async function openReader(port: number): Promise<RawClient> {
  const client = new RawClient(port)
  client.get('/')
  await client.until('id: ')
  return client
}

const watch = new URL('../support/watch-thread.ts', import.meta.url).href

/** In its process, memory that is let go of goes back to the system at once: what is resident is what is held. */
const worker = {
  execArgv: ['--conditions=millrace:source', '--expose-gc', '--max-semi-space-size=1', `--import=${watch}`],
  env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '4096', MALLOC_ARENA_MAX: '1' },
}

it.each([
  ['inline', 'drop'],
  ['inline', 'latest'],
  ['inline', 'disconnect'],
  ['thread', 'drop'],
  ['thread', 'latest'],
  ['thread', 'disconnect'],
])(
  'G2: 20 readers that do not read a stream of 20 MB cost less than 20 MB in all, %s, with the policy %s',
  async (transmitter, policy) => {
    const child = fork(new URL('./stalled-worker.ts', import.meta.url), [policy, transmitter], worker)
    onTestFinished(() => void child.kill())
    const { port } = await told(child, 'ready')
    // What code and buffers take once is not what readers take: one that reads comes first.
    const first = await openReader(port)
    child.send('warm')
    await told(child, 'warm')
    first.leave()
    const clients = await Promise.all(Array.from({ length: READERS }, () => openReader(port)))
    for (const client of clients) client.pause()
    child.send('send')
    const { sent, readers, growth } = await told(child, 'sent')
    expect(sent).toBeGreaterThanOrEqual(20 * MEGABYTE)
    expect(readers).toBe(READERS)
    expect(growth.inUse).toBeLessThan(20 * MEGABYTE)
    expect(growth.rss).toBeLessThan(20 * MEGABYTE)
    // They go on where they are: with a sign, or not at all.
    const [client] = clients
    client?.resume()
    if (policy === 'drop') await client?.until('event: missed\ndata: ')
    if (policy === 'latest') await client?.until('id: 19999\n')
    if (policy === 'disconnect') await client?.until('0\r\n\r\n')
    for (const one of clients) one.leave()
    child.kill()
    await once(child, 'exit')
  },
  60_000,
)
