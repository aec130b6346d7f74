import { at, type Contestant, millrace, row, shared, thread } from './contestant.ts'

/** A measurement of memory. */
export interface MemoryCase {
  kind: 'memory'
  name: 'memory-fast' | 'memory-stalled' | 'memory-idle'
  title: string
  contestants: Contestant[]
}

/** A measurement of the time from `yield` to the client. */
export interface DelayCase {
  kind: 'delay'
  name: 'busy' | 'busy-many' | 'latency'
  title: string
  unit: 'ms' | 'µs'
  contestants: Contestant[]
}

/** The measurements of memory, in the order in which they run. */
export const memoryCases: MemoryCase[] = [
  {
    kind: 'memory',
    name: 'memory-fast',
    title: 'Memory: peak growth while a fast reader takes an endless stream',
    contestants: endless(),
  },
  {
    kind: 'memory',
    name: 'memory-stalled',
    title: 'Memory: peak growth while a reader takes nothing',
    contestants: endless(),
  },
  {
    kind: 'memory',
    name: 'memory-idle',
    title: 'Memory: growth for each idle stream',
    contestants: [
      ...at('/idle', 'millrace'),
      thread('', '/idle'),
      ...at('/idle', 'go', 'node-http', 'fastify', 'hono', 'express'),
    ],
  },
]

/** The measurements of delays, in the order in which they run; nothing is pinned. */
export const delayCases: DelayCase[] = [
  {
    kind: 'delay',
    name: 'busy',
    title: 'Arrivals: from `yield` to the client, where 300 ms of work on the CPU follow each block',
    unit: 'ms',
    contestants: [
      row('millrace thread', 'millrace-thread', '/arrivals'),
      row('millrace inline', 'millrace', '/arrivals'),
      row('Go with Flush', 'go', '/arrivals-flush'),
      row('Flask on gunicorn', 'gunicorn-flask', '/arrivals'),
      row('node:http', 'node-http', '/arrivals'),
      row('Fastify', 'fastify', '/arrivals'),
      row('Hono', 'hono', '/arrivals'),
      row('Express', 'express', '/arrivals'),
      row('Go without Flush', 'go', '/arrivals'),
    ],
  },
  {
    kind: 'delay',
    name: 'busy-many',
    title: 'Crowd: the same delay among 50 streams, whose blocks are each followed by 300 ms of work',
    unit: 'ms',
    contestants: shared([
      thread('', '/busy-stream'),
      millrace('inline', '/busy-stream'),
      ...at('/busy-stream', 'node-http', 'go'),
    ]),
  },
  {
    kind: 'delay',
    name: 'latency',
    title: 'Latency: the same delay on an idle machine, a block every 2 ms',
    unit: 'µs',
    contestants: shared([
      thread('', '/paced'),
      millrace('inline', '/paced'),
      ...at('/paced', 'node-http', 'go'),
    ]),
  },
]

function endless(): Contestant[] {
  return [
    millrace('block', '/endless'),
    millrace('turn', '/endless-turn'),
    thread('', '/endless'),
    thread('turn', '/endless-turn'),
    ...at('/endless', 'go', 'node-http', 'fastify', 'hono', 'express'),
  ]
}
