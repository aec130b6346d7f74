// What it costs that somebody looks on, in the CPU time of the server: the inspector is opened and left again every few
// seconds while wrk goes on, so that whatever else the machine does hits both alike.
// `node bench/micro-inspect.ts [--quick]`
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serve, stream } from 'millrace'
import { inspector } from 'millrace/inspector'
import { requireWrk } from './load.ts'
import { openViewer } from './peers/open-viewer.ts'
import { blocks } from './servers/sources.ts'

const quick = process.argv.includes('--quick')
const rounds = quick ? 3 : 8
const turn = 2500
// A channel that gets its first subscriber is another thing for V8: it optimizes once more what publishes there.
const rest = 3000
const paths = ['/hello', '/blocks', '/turn'] as const
const transmitters = ['inline', 'thread'] as const

/** What a server has done, and the microseconds of CPU that it took. */
interface Work {
  replies: number
  cpu: number
}

async function serveInspected(transmitter: 'inline' | 'thread'): Promise<void> {
  let replies = 0
  const counted = <T>(answer: () => T) => {
    return () => {
      replies++
      return answer()
    }
  }
  const init = { headers: { 'content-type': 'text/plain' } }
  const server = await serve({
    transmitter,
    routes: {
      '/hello': counted(() => 'Hello, world'),
      '/blocks': counted(() => stream(blocks, init)),
      '/turn': counted(() => stream(blocks, { ...init, delivery: 'turn' })),
      '/inspect/**': inspector(),
    },
  })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ replies, cpu: user + system })
  })
  process.send?.(server.url)
}

async function measure(transmitter: string): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ['serve', transmitter], { execArgv: process.execArgv })
  try {
    const [url] = await once(server, 'message')
    const ask = async (): Promise<Work> => {
      server.send('work')
      const [work] = await once(server, 'message')
      return work
    }
    for (const path of paths) await compare(`${transmitter} ${path}`, { origin: String(url), path, ask })
  } finally {
    server.kill('SIGKILL')
  }
}

interface Side {
  origin: string
  path: string
  ask(): Promise<Work>
}

async function compare(title: string, { origin, path, ask }: Side): Promise<void> {
  const seconds = Math.ceil((rounds * (turn + rest) * 2) / 1000) + 10
  const load = spawn('wrk', ['-t1', '-c16', `-d${seconds}`, origin + path], { stdio: 'ignore' })
  await delay(1000)
  const sums = { watched: { replies: 0, cpu: 0 }, alone: { replies: 0, cpu: 0 } }
  for (let round = 0; round < rounds; round++) {
    await addTurn(sums.alone, ask)
    const viewer = await openViewer(origin)
    await addTurn(sums.watched, ask)
    await viewer.leave()
  }
  load.kill('SIGKILL')
  const [watched, alone] = [sums.watched.cpu / sums.watched.replies, sums.alone.cpu / sums.alone.replies]
  const times = `${watched.toFixed(1)} µs a reply watched, ${alone.toFixed(1)} µs not`
  console.log(
    `${title.padEnd(15)} × ${(alone / watched).toFixed(3)}  ${times} (${sums.alone.replies} replies)`,
  )
}

async function addTurn(sum: Work, ask: Side['ask']): Promise<void> {
  await delay(rest)
  const before = await ask()
  await delay(turn)
  const after = await ask()
  sum.replies += after.replies - before.replies
  sum.cpu += after.cpu - before.cpu
}

const [, , role, chosen] = process.argv
if (role === 'serve') await serveInspected(chosen === 'thread' ? 'thread' : 'inline')
else {
  requireWrk()
  for (const transmitter of transmitters) await measure(transmitter)
}
