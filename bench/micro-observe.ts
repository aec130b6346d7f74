// What the guard against slow readers, the access log and the metrics cost: of a pair one server has them. Printed is the
// CPU time of a reply of the one without ÷ that of the other; the log and the metrics are compared with a guarded server.
// `node bench/micro-observe.ts [--quick]`
import { devNull } from 'node:os'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import * as promClient from 'prom-client'
import { accessLog, metrics } from 'millrace/observe'
import { requireWrk } from './load.ts'
import { comparePair, printRatios, startServer } from './pairs/pair.ts'
import { paths, servePaired } from './pairs/paired-server.ts'

const script = fileURLToPath(import.meta.url)
const plan = process.argv.includes('--quick') ? { pairs: 1, rounds: 4 } : { pairs: 3, rounds: 4 }
const comparisons = [
  { title: 'guard', having: 'guarded', without: 'bare' },
  { title: 'log', having: 'logged', without: 'guarded' },
  { title: 'metrics', having: 'counted', without: 'guarded' },
] as const

// Processes of one script differ, too: each comparison has several pairs.
async function measure({ title, having, without }: (typeof comparisons)[number]): Promise<void> {
  const ratios = new Map<string, number[]>(paths.map((path) => [path, []]))
  for (let count = 0; count < plan.pairs; count++) {
    const pair = [
      await startServer(script, ['serve', having]),
      await startServer(script, ['serve', without]),
    ] as const
    try {
      for (const [path, list] of ratios)
        list.push(...(await comparePair(pair, { path, rounds: plan.rounds })))
    } finally {
      for (const server of pair) server.stop()
    }
  }
  for (const [path, list] of ratios) printRatios(`${title} ${path}`, list)
}

async function serveAs(manner: string | undefined): Promise<void> {
  // Not `sync: false`: its writes go through another thread, which is not what the log costs.
  if (manner === 'logged') accessLog(pino(pino.destination({ dest: devNull, sync: true, minLength: 4096 })))
  if (manner === 'counted') metrics(promClient)
  await servePaired(manner === 'bare' ? { minRate: false } : {})
}

const [, , role, chosen] = process.argv
if (role === 'serve') await serveAs(chosen)
else {
  requireWrk()
  for (const comparison of comparisons) await measure(comparison)
}
