import { csv, reply, serve, stream } from 'millrace'
import { inspector } from 'millrace/inspector'
import * as sources from './sources.ts'
import * as stamped from './stamped-sources.ts'
import { memoryOfBoth } from './thread-memory.ts'

const hasThread = process.argv.includes('thread')
const transmitter = hasThread ? { transmitter: 'thread' as const } : {}
const guard = process.argv.includes('unguarded') ? { minRate: false as const } : {}
const inspecting = process.argv.includes('inspector') ? { '/inspect/**': inspector() } : {}
const init = { headers: { 'content-type': 'text/plain' } }
const byTurn = { ...init, delivery: 'turn' as const }
const withBeats = { ...init, heartbeat: { every: stamped.beatMs, block: 'beat\n' } }

await serve({
  ...transmitter,
  ...guard,
  port: sources.port,
  routes: {
    ...inspecting,
    '/hello': () => 'Hello, world',
    '/blocks': () => stream(sources.blocks, init),
    '/blocks-async': () => stream(sources.asyncBlocks, init),
    '/turn': () => stream(sources.blocks, byTurn),
    '/turn-async': () => stream(sources.asyncBlocks, byTurn),
    '/large': () => stream(sources.largeBlocks, init),
    '/endless': () => stream(sources.endlessBlocks, init),
    '/endless-turn': () => stream(sources.endlessBlocks, byTurn),
    '/idle': () => stream(sources.idleBlocks, init),
    '/busy': () => stream(sources.busyBlocks, init),
    '/arrivals': () => stream(stamped.busyArrivals, init),
    '/busy-stream': () => stream(stamped.endlessBusy, init),
    '/paced': () => stream(stamped.pacedBlocks, init),
    '/beats': () => stream(sources.idleBlocks, withBeats),
    '/cities.csv': () => csv(sources.cities()),
    '/memory': async () => reply(JSON.stringify(hasThread ? await memoryOfBoth() : sources.memory())),
  },
})
sources.ready()
