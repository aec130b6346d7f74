import { setTimeout as wait } from 'node:timers/promises'
import { type CrowdFigures, measureCrowd } from './crowd.ts'
import { measureEach, type MeasuredTarget, type Row } from './measure-each.ts'
import { fetchReply } from './peers/check-reply.ts'
import { type Arrival, readStamped } from './peers/stamped-stream.ts'
import type { Plan } from './plan.ts'
import { arrivalCount, machineTime, workMs } from './servers/stamped-sources.ts'
import type { Setting } from './speed.ts'
import { type Spread, spreadOf } from './spread.ts'
import type { DelayCase } from './stream-cases.ts'

export interface DelayRow extends Row {
  /** Milliseconds from `yield` to the client, over all blocks. */
  delays: Spread
  /** The blocks of one reply, in milliseconds since its request (`busy` only). */
  shown?: readonly Arrival[]
  /** What went on beside the streams (`busy-many` only). */
  crowd?: CrowdFigures
}

type Measured = Omit<DelayRow, 'label' | 'version'>

/** Whether servers in Node.js, Python and Go can read the same clock here. */
export const hasMachineTime = process.platform === 'linux'

// What is not counted: at first code is compiled and memory is touched for the first time.
const warmReplies = 20
const warmBlocks = 300

/** Measures how long blocks take from `yield` to the client. */
export function measureDelays(test: DelayCase, setting: Setting): Promise<DelayRow[]> {
  const { plan } = setting
  const nothing: Measured = { delays: spreadOf([]), notes: [] }
  return measureEach(test, setting, { measure: (target) => measure(test, target, plan), nothing })
}

function measure({ name }: DelayCase, target: MeasuredTarget, plan: Plan): Promise<Measured> {
  switch (name) {
    case 'busy':
      return measureBusy(target, plan.arrivalRounds)
    case 'busy-many':
      return measureCrowd(target, plan)
    case 'latency':
      return measureLatency(target, plan.latencyBlocks)
  }
}

async function measureBusy(target: MeasuredTarget, rounds: number): Promise<Measured> {
  for (let count = 0; count < warmReplies; count++) await fetchReply(`${target.origin}/blocks`)
  const replies: Arrival[][] = []
  for (let round = 0; round < rounds; round++) replies.push(await readReply(target))
  // The plot has the reply in the middle, by its longest delay.
  const sorted = replies.toSorted((one, other) => delaysOf(one).max - delaysOf(other).max)
  const shown = sorted[Math.floor(rounds / 2)] ?? []
  return { delays: delaysOf(replies.flat()), shown, notes: [] }
}

// The blocks of one reply, in milliseconds since its request.
async function readReply(target: MeasuredTarget): Promise<Arrival[]> {
  const start = machineTime()
  const arrivals = await readStamped(target, arrivalCount)
  // The source works on after its last block, and a server of one thread takes no other request meanwhile.
  await wait(workMs + 100)
  return arrivals.map(({ yielded, arrived }) => ({ yielded: yielded - start, arrived: arrived - start }))
}

async function measureLatency(target: MeasuredTarget, blocks: number): Promise<Measured> {
  const arrivals = await readStamped(target, warmBlocks + blocks)
  return { delays: delaysOf(arrivals.slice(warmBlocks)), notes: [] }
}

function delaysOf(arrivals: Arrival[]): Spread {
  return spreadOf(arrivals.map(({ yielded, arrived }) => arrived - yielded))
}
