// What it costs that somebody looks on with the inspector: of a pair one server is watched, in turns. Printed is the CPU
// time of a reply of the one that is not watched ÷ that of the other.
// `node bench/micro-inspect.ts [--quick]`
import { fileURLToPath } from 'node:url'
import { inspector } from 'millrace/inspector'
import { requireWrk } from './load.ts'
import { comparePair, printRatios, startServer } from './pairs/pair.ts'
import { paths, servePaired } from './pairs/paired-server.ts'
import { openViewer } from './peers/open-viewer.ts'

const script = fileURLToPath(import.meta.url)
const rounds = process.argv.includes('--quick') ? 6 : 16
const transmitters = ['inline', 'thread'] as const

async function watch(origin: string): Promise<() => Promise<void>> {
  const viewer = await openViewer(origin)
  return () => viewer.leave()
}

async function measure(transmitter: string): Promise<void> {
  const words = ['serve', transmitter]
  const pair = [await startServer(script, words), await startServer(script, words)] as const
  try {
    for (const path of paths)
      printRatios(`${transmitter} ${path}`, await comparePair(pair, { path, rounds, begin: watch }))
  } finally {
    for (const server of pair) server.stop()
  }
}

const [, , role, chosen] = process.argv
if (role === 'serve') {
  const transmitter = chosen === 'thread' ? 'thread' : 'inline'
  await servePaired({ transmitter, routes: { '/inspect/**': inspector() } })
} else {
  requireWrk()
  for (const transmitter of transmitters) await measure(transmitter)
}
