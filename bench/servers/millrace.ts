import { csv, reply, serve, stream } from 'millrace'
import * as sources from './sources.ts'

const init = { headers: { 'content-type': 'text/plain' } }
const byTurn = { ...init, delivery: 'turn' as const }

await serve({
  port: sources.port,
  routes: {
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
    '/cities.csv': () => csv(sources.cities()),
    '/memory': () => reply(JSON.stringify(sources.memory())),
  },
})
sources.ready()
