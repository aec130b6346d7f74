import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { measureEach, type MeasuredTarget, type Row } from './measure-each.ts'
import { fetchReply } from './peers/check-reply.ts'
import { openIdleStreams, readStream, stallStream } from './peers/read-stream.ts'
import type { Plan } from './plan.ts'
import type { Setting } from './speed.ts'
import type { MemoryCase } from './stream-cases.ts'

export interface MemoryRow extends Row {
  /** Resident memory that the case added, in bytes; for each stream in `memory-idle`. */
  growth: number
}

/** Whether this machine has the /proc files that tell a process's memory. */
export const hasMemoryFiles = existsSync('/proc/self/clear_refs')

const warmBytes = 256e6
const warmStreams = 1000

/** Measures the memory of each contestant in a process of its own. */
export function measureMemory(test: MemoryCase, setting: Setting): Promise<MemoryRow[]> {
  const nothing: Measured = { growth: Number.NaN, notes: [] }
  return measureEach(test, setting, { measure: (target) => measure(test, target, setting.plan), nothing })
}

type Measured = Pick<MemoryRow, 'growth' | 'notes'>

function measure({ name }: MemoryCase, target: MeasuredTarget, plan: Plan): Promise<Measured> {
  switch (name) {
    case 'memory-fast':
      return measureFast(target, plan.fastBytes)
    case 'memory-stalled':
      return measureStalled(target, plan.stalledSeconds)
    case 'memory-idle':
      return measureIdle(target, plan.idleStreams)
  }
}

async function measureFast(target: MeasuredTarget, bytes: number): Promise<Measured> {
  const before = await settle(target)
  const start = performance.now()
  await readStream(target, bytes)
  const rate = bytes / 1e6 / ((performance.now() - start) / 1000)
  const growth = readStatus(target, 'VmHWM') - before
  return { growth, notes: [`${bytes / 1e9} GB read at ${Math.round(rate)} MB/s`] }
}

async function measureStalled(target: MeasuredTarget, seconds: number): Promise<Measured> {
  const before = await settle(target)
  const socket = await stallStream(target)
  await wait(seconds * 1000)
  const growth = readStatus(target, 'VmHWM') - before
  socket.destroy()
  return { growth, notes: [`nothing read for ${seconds} s`] }
}

async function measureIdle(target: MeasuredTarget, count: number): Promise<Measured> {
  // Some streams first: code, caches and heap pages that the first ones make are there once for all.
  const warm = await openIdleStreams(target, warmStreams)
  const usedBefore = await collectGarbage(target)
  const before = readStatus(target, 'VmRSS')
  const sockets = await openIdleStreams(target, count)
  const used = await collectGarbage(target)
  const growth = (readStatus(target, 'VmRSS') - before) / count
  for (const socket of [...warm, ...sockets]) socket.destroy()
  const live = ((used - usedBefore) / count / 1e3).toFixed(1)
  return { growth, notes: [`${live} kB of it in use by the runtime's own count, ${count} streams`] }
}

// Compiled code and a grown heap are there once for all streams: a short one is read first, then the
// peak counter starts anew.
async function settle(target: MeasuredTarget): Promise<number> {
  await readStream(target, warmBytes)
  await collectGarbage(target)
  writeFileSync(`/proc/${target.pid}/clear_refs`, '5')
  return readStatus(target, 'VmRSS')
}

async function collectGarbage({ origin }: MeasuredTarget): Promise<number> {
  // The first collection leaves what only finalizers let go of.
  await fetchReply(`${origin}/memory`)
  const { body } = await fetchReply(`${origin}/memory`)
  const { used }: { used: number } = JSON.parse(body)
  return used
}

function readStatus({ pid }: MeasuredTarget, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [, kilobytes] = status.match(new RegExp(`${field}:\\s+(\\d+) kB`)) ?? []
  return Number(kilobytes) * 1024
}
