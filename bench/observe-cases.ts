import type { Contestant } from './contestant.ts'
import type { PeerName } from './peers/peers.ts'
import type { SpeedCase } from './speed-cases.ts'

// What the guard, the access log and the metrics cost: the same server and path with each of them and without.
const peers = ['millrace-unguarded', 'millrace', 'millrace-log', 'millrace-metrics'] as const

const labels: Partial<Record<PeerName, string>> = {
  'millrace-unguarded': 'millrace, minRate: false',
  millrace: 'guarded',
  'millrace-log': 'guarded, access log',
  'millrace-metrics': 'guarded, metrics',
}

function watched(path: string): Contestant[] {
  return peers.map((peer) => ({ label: labels[peer] ?? peer, peer, path, placement: 'pinned' }))
}

const base = { kind: 'speed', checkG1: false } as const
const blocks = { ...base, unit: 'blocks/s', unitsPerReply: 1000, expected: 'blocks' } as const

/** What it costs to watch and to guard. */
export const observeCases: SpeedCase[] = [
  {
    ...base,
    name: 'observe-hello',
    title: 'Watched: a buffered text of 12 bytes',
    unit: 'replies/s',
    unitsPerReply: 1,
    expected: 'hello',
    contestants: watched('/hello'),
  },
  {
    ...blocks,
    name: 'observe-strict',
    title: 'Watched: 1,000 strict blocks of 100 bytes a reply',
    contestants: watched('/blocks'),
  },
  {
    ...blocks,
    name: 'observe-turn',
    title: 'Watched: the same blocks, which may leave together',
    contestants: watched('/turn'),
  },
]
