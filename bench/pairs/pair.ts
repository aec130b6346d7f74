// Two servers are loaded alike in the same seconds, so that whatever else the machine does hits both, and the CPU time
// that each takes for a reply is compared. What is measured one after the other differs by a fifth on a machine that
// other work shares.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** What a server has done, and the microseconds of CPU that it took. */
export interface Work {
  replies: number
  cpu: number
}

/** A server in a process of its own. */
export interface PairedServer {
  readonly origin: string
  ask(): Promise<Work>
  stop(): void
}

export type Pair = readonly [PairedServer, PairedServer]

// Milliseconds of a round, and of the rest before it, in which a server takes up what has begun.
const ROUND = 2500
const REST = 3000
const SHORT_REST = 500

/** Starts a script that calls `servePaired` when it is given these words. */
export async function startServer(script: string, words: readonly string[]): Promise<PairedServer> {
  const server = fork(script, words, { execArgv: process.execArgv })
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

/** What a pair is compared by; `begin` is done to each of them in turn, and what it gives ends it. */
export interface Comparison {
  readonly path: string
  readonly rounds: number
  readonly begin?: (origin: string) => Promise<() => Promise<void>>
}

/** For each round the CPU time of a reply of the second server ÷ that of the first. */
export async function comparePair(pair: Pair, { path, rounds, begin }: Comparison): Promise<number[]> {
  const rest = begin ? REST : SHORT_REST
  const seconds = Math.ceil((rounds * (ROUND + rest)) / 1000) + 10
  const loads = pair.map(({ origin }) =>
    spawn('wrk', ['-t1', '-c8', `-d${seconds}`, origin + path], { stdio: 'ignore' }),
  )
  try {
    await delay(1000)
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      // One of them may be the faster, whatever is done to it.
      const [first, second] = begin && round % 2 === 1 ? [pair[1], pair[0]] : pair
      const end = await begin?.(first.origin)
      await delay(rest)
      const before = await Promise.all([first.ask(), second.ask()])
      await delay(ROUND)
      const after = await Promise.all([first.ask(), second.ask()])
      await end?.()
      ratios.push(costOf(before[1], after[1]) / costOf(before[0], after[0]))
    }
    return ratios
  } finally {
    for (const load of loads) load.kill('SIGKILL')
  }
}

/** Prints the mean of the rounds with its standard error, and each round. */
export function printRatios(title: string, ratios: readonly number[]): void {
  const { middle, error } = summarize(ratios.map(Math.log))
  const list = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  const ratio = Math.exp(middle)
  console.log(`${title.padEnd(24)} × ${ratio.toFixed(3)} ± ${(ratio * error).toFixed(3)}  (${list})`)
}

function costOf(before: Work, after: Work): number {
  return (after.cpu - before.cpu) / (after.replies - before.replies)
}

function summarize(values: readonly number[]): { middle: number; error: number } {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  const middle = mean(values)
  const variance = mean(values.map((value) => (value - middle) ** 2))
  return { middle, error: Math.sqrt(variance / (values.length - 1)) }
}
