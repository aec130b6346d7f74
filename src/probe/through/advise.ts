import type { Measurement, ProbeReport } from '../measurement.ts'
import { type RecognisedServer, recogniseServers, type ServerKind, serverNames } from './recognise-servers.ts'
import { type Setting, settings, type Trouble } from './settings.ts'

/** What usually does it on one server, the most likely first. */
export interface Advice {
  /** The name of the server, for people. */
  server: string
  /** Why it is named: a field of the reply; undefined where nothing in the reply tells who it was. */
  field: string | undefined
  settings: readonly Omit<Setting, 'server' | 'troubles'>[]
}

/** The settings of the servers that a reply names; where it names none, of those that do not tell their names. */
export function advise(servers: readonly RecognisedServer[], troubles: readonly Trouble[]): Advice[] {
  const named = servers.map(({ kind, field }) => adviseOn(kind, { field, troubles }))
  const known = named.filter((one) => one.settings.length > 0)
  if (known.length > 0) return known
  return mute
    .map((kind) => adviseOn(kind, { field: undefined, troubles }))
    .filter((one) => one.settings.length > 0)
}

// These may stand on the way without a field that tells it; nginx only where somebody has taken its name away.
const mute: readonly ServerKind[] = ['haproxy', 'apache', 'aws-alb', 'nginx']

function adviseOn(
  kind: ServerKind,
  { field, troubles }: { field: string | undefined; troubles: readonly Trouble[] },
): Advice {
  const fitting = settings.filter((setting) => {
    return setting.server === kind && setting.troubles.some((trouble) => troubles.includes(trouble))
  })
  return {
    server: serverNames[kind],
    field,
    settings: fitting.map(({ setting, where, why, source }) => ({ setting, where, why, source })),
  }
}

/** The settings for a reply that was asked for once: of the servers that it names. Empty where it is good, or names none. */
export function adviseOnReport(report: ProbeReport): Advice[] {
  const troubles = troublesOf(report)
  if (troubles.length === 0) return []
  const fields = report.connections.flatMap(({ measurement }) => measurement?.fields ?? [])
  const servers = recogniseServers(fields)
  return servers.length === 0 ? [] : advise(servers, troubles)
}

/** What is wrong with a reply, the worst first. */
export function troublesOf({ verdict, connections }: ProbeReport): Trouble[] {
  const isCompressed = connections.some(
    ({ measurement }) => (measurement?.encoding ?? 'identity') !== 'identity',
  )
  const compressed: Trouble[] = isCompressed ? ['compressed'] : []
  switch (verdict.kind) {
    case 'held-to-the-end':
    case 'silent':
      return ['held', ...compressed]
    case 'held-in-bursts':
      return ['bursts', ...compressed]
    case 'cut-off':
      return connections.some(({ measurement }) => measurement && isTimedOut(measurement)) ? ['cut'] : []
    case 'looks-complete':
      return ['hidden']
    default:
      return []
  }
}

// Those who cut by themselves do it when nothing came for a while; what is cut sooner has another cause. Milliseconds.
const silence = 4000

/** Whether a reply was cut off after a silence that makes a time limit likely. */
function isTimedOut({ times, ending }: Measurement): boolean {
  return ending.kind === 'cut' && times.end - (times.lastBlock ?? times.head) >= silence
}
