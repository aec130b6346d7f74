import type { Contestant } from './contestant.ts'
import { firstLineOf, type Peer } from './peers/peers.ts'
import type { Target } from './peers/read-stream.ts'
import { type RunningPeer, startPeer } from './peers/start-peer.ts'
import type { Setting } from './speed.ts'

/** A path of a running server. */
export interface MeasuredTarget extends Target {
  pid: number
}

/** What every row of a table has. */
export interface Row {
  label: string
  version: string
  notes: string[]
}

export interface Measurement<Measured> {
  measure: (target: MeasuredTarget) => Promise<Measured>
  /** Stands in a row whose server could not be measured. */
  nothing: Measured
}

/** Measures one contestant after the other, each in a process of its own. */
export async function measureEach<Measured extends Pick<Row, 'notes'>>(
  test: { name: string; contestants: Contestant[] },
  setting: Setting,
  measurement: Measurement<Measured>,
): Promise<(Measured & Row)[]> {
  const rows: (Measured & Row)[] = []
  for (const { label, ...contestant } of test.contestants) {
    const server = setting.peers.find(({ name }) => name === contestant.peer)
    if (server === undefined) continue
    process.stderr.write(`  ${test.name}: ${label}\n`)
    const measured = await measureOne({ ...contestant, server }, setting, measurement)
    rows.push({ ...measured, label, version: server.version })
  }
  return rows
}

async function measureOne<Measured extends Pick<Row, 'notes'>>(
  { server, path, placement }: Omit<Contestant, 'label' | 'peer'> & { server: Peer },
  { environment }: Setting,
  { measure, nothing }: Measurement<Measured>,
): Promise<Measured> {
  let running: RunningPeer | undefined
  try {
    running = await startPeer(server, environment, placement)
    return await measure({ origin: running.origin, path, pid: running.pid })
  } catch (error) {
    console.error(error)
    return { ...nothing, notes: [`not measured: ${firstLineOf(error)}`] }
  } finally {
    await running?.stop()
  }
}
