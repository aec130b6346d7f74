// What it costs that somebody looks on, in the CPU time of the server for a reply: two servers of one kind are loaded at
// once, and one of them is watched, in turns, so that whatever else the machine does hits both alike. Printed is the CPU
// time of the one that is not watched ÷ that of the other, the mean of the rounds with its standard error, and each round.
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
// From the first event on; what begins when somebody comes is not what it costs to watch.
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
  const pair = [await startServer(transmitter), await startServer(transmitter)] as const
  try {
    for (const path of paths) await compare(`${transmitter} ${path}`, path, pair)
  } finally {
    for (const server of pair) server.stop()
  }
}

/** A server in a process of its own. */
interface Server {
  origin: string
  ask(): Promise<Work>
  stop(): void
}

async function startServer(transmitter: string): Promise<Server> {
  const server = fork(fileURLToPath(import.meta.url), ['serve', transmitter], { execArgv: process.execArgv })
  const [url] = await once(server, 'message')
  return {
    origin: String(url),
    async ask() {
      server.send('work')
      const [work] = await once(server, 'message')
      return work
    },
    stop: () => void server.kill('SIGKILL'),
  }
}

// The two are loaded alike and at once, and looked at in turns.
async function compare(title: string, path: string, pair: readonly [Server, Server]): Promise<void> {
  const seconds = Math.ceil((rounds * 2 * (turn + rest)) / 1000) + 10
  const loads = pair.map(({ origin }) =>
    spawn('wrk', ['-t1', '-c8', `-d${seconds}`, origin + path], { stdio: 'ignore' }),
  )
  await delay(1000)
  const ratios: number[] = []
  for (let round = 0; round < rounds * 2; round++) {
    const [watched, alone] = round % 2 === 0 ? pair : [pair[1], pair[0]]
    const viewer = await openViewer(watched.origin)
    await delay(rest)
    const before = await Promise.all([watched.ask(), alone.ask()])
    await delay(turn)
    const after = await Promise.all([watched.ask(), alone.ask()])
    await viewer.leave()
    const [own, other] = [costOf(before[0], after[0]), costOf(before[1], after[1])]
    ratios.push(other / own)
  }
  for (const load of loads) load.kill('SIGKILL')
  const { middle, error } = summarize(ratios.map(Math.log))
  const list = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  const [ratio, spread] = [Math.exp(middle), Math.exp(middle) * error]
  console.log(`${title.padEnd(15)} × ${ratio.toFixed(3)} ± ${spread.toFixed(3)}  (${list})`)
}

function costOf(before: Work, after: Work): number {
  return (after.cpu - before.cpu) / (after.replies - before.replies)
}

/** The mean, and its standard error. */
function summarize(values: number[]): { middle: number; error: number } {
  const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  const middle = mean(values)
  const variance = mean(values.map((value) => (value - middle) ** 2))
  return { middle, error: Math.sqrt(variance / (values.length - 1)) }
}

const [, , role, chosen] = process.argv
if (role === 'serve') await serveInspected(chosen === 'thread' ? 'thread' : 'inline')
else {
  requireWrk()
  for (const transmitter of transmitters) await measure(transmitter)
}
