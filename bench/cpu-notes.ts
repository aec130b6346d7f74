import type { Contestant } from './contestant.ts'
import type { Load } from './load.ts'
import type { SpeedCase } from './speed-cases.ts'
import { median } from './spread.ts'

/**
 * What a small reply costs the server in CPU time, for millrace by thread. With a transmitter thread it also tells
 * how many replies the busier of the two threads could make on a core of its own.
 */
export function cpuNotes({ expected }: SpeedCase, { peer }: Contestant, loads: Load[]): string[] {
  if (expected !== 'hello' || loads.length === 0) return []
  const note = `${inMicroseconds(secondsAReply(loads, (load) => load.serverBusy))} µs of CPU a reply`
  if (peer === 'millrace-thread') return [`${note}: ${noteThreads(loads, true)}`]
  return [peer === 'millrace' ? `${note}: ${noteThreads(loads, false)}` : note]
}

function noteThreads(loads: Load[], hasTransmitter: boolean): string {
  const application = secondsAReply(loads, ({ partsBusy }) => partsBusy?.application)
  const transmitter = secondsAReply(loads, ({ partsBusy }) => partsBusy?.transmitter)
  const runtime = secondsAReply(loads, ({ partsBusy }) => partsBusy?.runtime)
  const ends = `${inMicroseconds(application)} application, ${inMicroseconds(runtime)} runtime`
  if (!hasTransmitter) return ends
  const most = Math.round(1 / Math.max(application, transmitter) / 1e3)
  return `${ends}, ${inMicroseconds(transmitter)} transmitter; with a core each at most ${most} k replies/s`
}

function secondsAReply(loads: Load[], busy: (load: Load) => number | undefined): number {
  return median(loads.map((load) => ((busy(load) ?? Number.NaN) * load.seconds) / load.requests))
}

function inMicroseconds(seconds: number): string {
  return (seconds * 1e6).toFixed(1)
}
