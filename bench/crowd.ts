import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { MeasuredTarget } from './measure-each.ts'
import { type Probe, probeConnection } from './peers/probe-connection.ts'
import { type Arrival, openLines, openStamped } from './peers/stamped-stream.ts'
import type { Plan } from './plan.ts'
import { beatMs, machineTime } from './servers/stamped-sources.ts'
import { type Spread, spreadOf } from './spread.ts'

/** What a server did beside the streams of a busy application; times in milliseconds. */
export interface CrowdFigures {
  beats: { seen: number; due: number; longestGap: number }
  connections: { connect: Spread; answer: Spread; unanswered: number }
}

const probeEveryMs = 200

// How long late blocks and answers are waited for after the end.
const graceMs = 2000

/** Measures many busy streams, and heartbeats and new connections beside them. */
export async function measureCrowd(target: MeasuredTarget, { crowdStreams, crowdSeconds }: Plan) {
  const arrivals: Arrival[] = []
  const beats: number[] = []
  const idle = await openBeats(target, beats)
  const open = () => openStamped(target, (arrival) => arrivals.push(arrival))
  const sockets = await Promise.all(Array.from({ length: crowdStreams }, open))
  const start = machineTime()
  const end = start + crowdSeconds * 1000
  const probes = await probeUntil(target, end)
  for (const socket of [idle, ...sockets]) socket.destroy()
  const within = arrivals.filter(({ yielded }) => yielded < end)
  return {
    delays: spreadOf(within.map(({ yielded, arrived }) => arrived - yielded)),
    crowd: { beats: countBeats(beats, start, end), connections: spreadProbes(probes) },
    notes: [],
  }
}

// The idle stream is there before the others, and waits for nothing but its heartbeats.
function openBeats({ origin }: MeasuredTarget, beats: number[]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const opened = openLines({ origin, path: '/beats' }, (line, arrived) => {
      if (line === 'first') resolve(opened)
      if (line === 'beat') beats.push(arrived)
    })
    opened.catch(reject)
  })
}

async function probeUntil(target: MeasuredTarget, end: number): Promise<Probe[]> {
  const signal = AbortSignal.timeout(Math.ceil(end - machineTime()) + graceMs)
  const probes: Promise<Probe>[] = []
  while (machineTime() < end) {
    probes.push(probeConnection(target, signal))
    await wait(probeEveryMs)
  }
  await wait(graceMs)
  return Promise.all(probes)
}

function countBeats(beats: number[], start: number, end: number): CrowdFigures['beats'] {
  const times = beats.filter((time) => time >= start && time < end)
  const marks = [start, ...times, end]
  const gaps = marks.slice(1).map((mark, index) => mark - (marks[index] ?? start))
  return { seen: times.length, due: Math.floor((end - start) / beatMs), longestGap: Math.max(...gaps) }
}

function spreadProbes(probes: Probe[]): CrowdFigures['connections'] {
  return {
    connect: spreadOf(probes.map(({ connect }) => connect)),
    answer: spreadOf(probes.map(({ answer }) => answer)),
    unanswered: probes.filter(({ answer }) => answer === Infinity).length,
  }
}
