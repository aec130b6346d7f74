import type { Contestant } from './contestant.ts'
import { cpuNotes } from './cpu-notes.ts'
import { type Load, runLoad } from './load.ts'
import type { Row } from './measure-each.ts'
import { checkReply, keepsG1 } from './peers/check-reply.ts'
import { openViewer, type Viewer } from './peers/open-viewer.ts'
import { firstLineOf, type Peer } from './peers/peers.ts'
import { type RunningPeer, startPeer } from './peers/start-peer.ts'
import type { Plan } from './plan.ts'
import type { SpeedCase } from './speed-cases.ts'
import { median } from './spread.ts'

/** What the cases need to know about this run. */
export interface Setting {
  plan: Plan
  peers: Peer[]
  environment: Record<string, string>
  expected: Record<SpeedCase['expected'], string>
}

export interface SpeedRow extends Row {
  /** Units a second, one for each round. */
  samples: number[]
  median: number
  /** Median of the units for each second of CPU that the server used, whatever else used its core. */
  perCpuSecond: number
  serverBusy: number | undefined
  loadBusy: number | undefined
}

type Entrant = Contestant & { server: Peer }

interface Runner {
  entrant: Entrant
  running: RunningPeer | undefined
  /** Bytes of one reply on the wire; 0 until the reply has been found right. */
  wireBytes: number
  loads: Load[]
  notes: string[]
  viewer?: Viewer
}

/** Times every contestant in interleaved rounds, after checking that each sends the right reply. */
export async function measureSpeed(test: SpeedCase, setting: Setting): Promise<SpeedRow[]> {
  const runners: Runner[] = []
  try {
    for (const contestant of test.contestants) {
      const peer = setting.peers.find(({ name }) => name === contestant.peer)
      if (peer !== undefined) runners.push(await prepare(test, { ...contestant, server: peer }, setting))
    }
    await runRounds(test, runners, setting.plan)
    return runners.map((runner) => toRow(test, runner))
  } finally {
    await Promise.all(runners.map(({ viewer }) => viewer?.leave()))
    await Promise.all(runners.map(({ running }) => running?.stop()))
  }
}

// A server that does not start or sends a wrong reply is shown in the table, without figures.
async function prepare(test: SpeedCase, entrant: Entrant, setting: Setting): Promise<Runner> {
  const runner: Runner = { entrant, running: undefined, wireBytes: 0, loads: [], notes: [] }
  try {
    runner.running = await startPeer(entrant.server, setting.environment, entrant.placement)
    const { origin } = runner.running
    runner.wireBytes = await checkReply(origin + entrant.path, setting.expected[test.expected])
    if (entrant.isInspected) runner.viewer = await openViewer(origin)
    if (test.checkG1) runner.notes.push((await keepsG1(origin)) ? 'keeps G1' : 'does not keep G1')
  } catch (error) {
    console.error(error)
    runner.notes.push(`not timed: ${firstLineOf(error)}`)
  }
  return runner
}

async function runRounds(test: SpeedCase, runners: Runner[], plan: Plan): Promise<void> {
  for (const runner of runners) await loadOne(runner, plan.connections, plan.warmSeconds)
  for (let round = 1; round <= plan.rounds; round++) {
    process.stderr.write(`  ${test.name}: round ${round} of ${plan.rounds}\n`)
    for (const runner of runners) {
      const seen = await loadOne(runner, plan.connections, plan.seconds)
      if (seen !== undefined) runner.loads.push(seen)
    }
  }
}

async function loadOne({ running, entrant, wireBytes }: Runner, connections: number, seconds: number) {
  if (running === undefined || wireBytes === 0) return undefined
  const { path, placement } = entrant
  return await runLoad(running, { path, placement, connections, seconds })
}

function toRow(test: SpeedCase, { entrant, wireBytes, loads, notes, viewer }: Runner): SpeedRow {
  const samples = loads.map((load) => toRate(test, load, wireBytes))
  const errors = loads.reduce((sum, load) => sum + load.errors, 0)
  return {
    label: entrant.label,
    version: entrant.server.version,
    samples,
    median: median(samples),
    perCpuSecond: median(samples.map((sample, round) => sample / (loads[round]?.serverBusy ?? Number.NaN))),
    serverBusy: medianBusy(loads.map((load) => load.serverBusy)),
    loadBusy: medianBusy(loads.map((load) => load.loadBusy)),
    notes: [
      ...notes,
      ...viewerNotes(viewer),
      ...cpuNotes(test, entrant, loads),
      ...(errors > 0 ? [`${errors} errors`] : []),
    ],
  }
}

function viewerNotes(viewer: Viewer | undefined): string[] {
  return viewer ? [`${viewer.events} events of the inspector`] : []
}

// Where a reply takes a good part of a round, whole replies would be too coarse a count; where there are many, bytes would
// be: how many blocks make a chunk differs from reply to reply.
const MANY = 2000

function toRate(test: SpeedCase, { requests, bytes, seconds }: Load, wireBytes: number): number {
  const replies = requests >= MANY || test.expected === 'hello' ? requests : bytes / wireBytes
  return (replies * test.unitsPerReply) / seconds
}

function medianBusy(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : median(known)
}
