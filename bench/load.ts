import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cpuSeconds, place, type Placement } from './peers/cores.ts'
import type { RunningPeer } from './peers/start-peer.ts'
import { shareTimes, threadTimes, type ThreadTimes } from './peers/thread-times.ts'

interface Summary {
  requests: number
  bytes: number
  microseconds: number
  errors: number
  statusErrors: number
}

/** What one run of the load generator saw; `bytes` are all that came over the sockets. */
export interface Load {
  requests: number
  bytes: number
  seconds: number
  errors: number
  /** How busy the load generator's core was, 0 to 1: near 1 it is the limit, not the server. */
  loadBusy: number | undefined
  /** How busy the server was, 0 to 1; undefined where the system does not tell. */
  serverBusy: number | undefined
  /** How busy each part of the server was; undefined where the system does not tell. */
  partsBusy: ThreadTimes | undefined
}

export interface LoadOptions {
  path: string
  placement: Placement
  connections: number
  seconds: number
}

/** Fails with advice where `wrk` is not installed. */
export function requireWrk(): void {
  try {
    execFileSync('sh', ['-c', 'command -v wrk'], { stdio: 'ignore' })
  } catch (cause) {
    throw new Error('Cannot measure speed: wrk is not installed (apt-get install wrk)', { cause })
  }
}

/** Loads one path of a server with `wrk`. */
export async function runLoad(
  server: RunningPeer,
  { path, placement, connections, seconds }: LoadOptions,
): Promise<Load> {
  const script = join(import.meta.dirname, 'load.lua')
  const wrk = [
    'wrk',
    '-t1',
    `-c${connections}`,
    '-d60s',
    '--timeout',
    '30s',
    '-s',
    script,
    server.origin + path,
  ]
  const [command = '', ...args] = place(wrk, 'load', placement)
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = child.stdout.toArray()
  const serverBefore = cpuSeconds(server.pid)
  const partsBefore = threadTimes(server.pid)
  const start = performance.now()
  await wait(seconds * 1000)
  const elapsed = (performance.now() - start) / 1000
  const loadBusy = share(cpuSeconds(child.pid ?? 0), 0, elapsed)
  const partsBusy = shareTimes(partsBefore, threadTimes(server.pid), elapsed)
  const serverBusy = share(cpuSeconds(server.pid), serverBefore, elapsed)
  // wrk takes whole seconds only; on SIGINT it stops early and reports the time it really took.
  child.kill('SIGINT')
  const summary = parseSummary(Buffer.concat(await output).toString())
  await waitUntilIdle(server)
  return { ...toLoad(summary), loadBusy, serverBusy, partsBusy }
}

// A server may work on for a while for clients that have left: that must not slow the next one down.
async function waitUntilIdle({ pid }: RunningPeer): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const before = cpuSeconds(pid)
    await wait(50)
    if (cpuSeconds(pid) === before) return
  }
}

function parseSummary(output: string): Summary {
  const [, json] = output.split('SUMMARY ')
  if (json === undefined)
    throw new Error(`Cannot read the report of wrk: it printed ${JSON.stringify(output)}`)
  return JSON.parse(json)
}

function toLoad({ requests, bytes, microseconds, errors, statusErrors }: Summary) {
  return { requests, bytes, seconds: microseconds / 1e6, errors: errors + statusErrors }
}

function share(after: number | undefined, before: number | undefined, seconds: number): number | undefined {
  return after === undefined || before === undefined ? undefined : (after - before) / seconds
}
