import { execFileSync, spawn } from 'node:child_process'
import { cpuSeconds, place, type Placement } from '../peers/cores.ts'
import type { RunningPeer } from '../peers/start-peer.ts'

/** What is asked for, and how. */
export interface H2Load {
  readonly path: string
  readonly protocol: 'h2' | 'http/1.1'
  readonly connections: number
  /** Requests at a time on each connection; 1 on HTTP/1.1. */
  readonly streams: number
  readonly seconds: number
  readonly placement: Placement
}

/** What one run saw; `bytes` are those of bodies. */
export interface H2LoadReport {
  readonly replies: number
  readonly bytes: number
  readonly failed: number
  readonly seconds: number
  /** How busy the server was, 1 for one core; undefined where the system does not tell. */
  readonly serverBusy: number | undefined
}

/** @throws Error with advice where `h2load` is not installed. */
export function requireH2load(): void {
  try {
    execFileSync('h2load', ['--version'], { stdio: 'ignore' })
  } catch (cause) {
    throw new Error('Cannot measure: h2load is not installed (apt-get install nghttp2-client)', { cause })
  }
}

/** Loads one path of a server that encrypts, for some seconds. */
export async function runH2load(server: RunningPeer, load: H2Load): Promise<H2LoadReport> {
  const { path, protocol, connections, streams, seconds, placement } = load
  const url = server.origin.replace('http:', 'https:') + path
  const how = protocol === 'h2' ? ['-m', String(streams)] : ['--h1']
  const words = ['h2load', '-t1', `-c${connections}`, ...how, `-D${seconds}`, '--warm-up-time=1', url]
  const [command = '', ...args] = place(words, 'load', placement)
  const before = cpuSeconds(server.pid)
  const start = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = Buffer.concat(await child.stdout.toArray()).toString()
  const elapsed = (performance.now() - start) / 1000
  const after = cpuSeconds(server.pid)
  const serverBusy = before === undefined || after === undefined ? undefined : (after - before) / elapsed
  return { ...parseReport(output, protocol), seconds, serverBusy }
}

function parseReport(output: string, protocol: string): Omit<H2LoadReport, 'seconds' | 'serverBusy'> {
  const requests = /(\d+) succeeded, (\d+) failed/.exec(output)
  const data = /headers \(space savings [^)]*\), \S+ \((\d+)\) data/.exec(output)
  const spoken = /Application protocol: (\S+)/.exec(output)?.[1]
  if (!requests || !data)
    throw new Error(`Cannot read the report of h2load: it printed ${JSON.stringify(output)}`)
  if (spoken !== protocol) throw new Error(`Cannot compare: the server speaks ${spoken}, not ${protocol}`)
  return { replies: Number(requests[1]), failed: Number(requests[2]), bytes: Number(data[1]) }
}
