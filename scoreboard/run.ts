import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { guarantees } from '../src/conformance/conformance-cases.ts'
import { askPeer } from './ask-peer.ts'
import { drawBoard } from './draw-board.ts'
import { formatPage } from './format-page.ts'
import { marks, toCell } from './guarantee-cell.ts'
import { peers, pickPeers } from './peers/peers.ts'
import { mergeRows, type Row, type Scoreboard } from './scoreboard.ts'
import { setUp } from './set-up.ts'

const docs = join(import.meta.dirname, '..', 'docs')
const results = join(import.meta.dirname, 'results.json')

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, draw: { type: 'boolean' } },
  })
  const old = readBoard()
  if (values.draw) return write(old ?? { machine: describeMachine(), rows: [] })
  const chosen = pickPeers(values.only)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
  setUp(console.log)
  const rows: Row[] = []
  for (const peer of chosen) {
    const start = performance.now()
    const row = await askPeer(peer, { patience: values.quick ? 1000 : undefined })
    rows.push(row)
    console.log(formatProgress(row, performance.now() - start))
  }
  if (values.quick) return console.log('A --quick run is not written down')
  const kept = values.only === undefined ? [] : (old?.rows ?? [])
  write({ machine: describeMachine(), rows: mergeRows(kept, rows, namesOfPeers()) })
}

function namesOfPeers(): string[] {
  return peers.map(({ name }) => name)
}

function readBoard(): Scoreboard | undefined {
  return existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined
}

function write(board: Scoreboard): void {
  writeFileSync(results, `${JSON.stringify(board, null, 1)}\n`)
  writeFileSync(join(docs, 'scoreboard.md'), formatPage(board, peers))
  writeFileSync(join(docs, 'scoreboard.svg'), drawBoard(board))
  console.log('Written to docs/scoreboard.md, docs/scoreboard.svg and scoreboard/results.json')
}

// What a reader needs to judge times: not whose machine it is.
function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${cpus().length} × ${model}, ${memory} GiB, ${process.platform} ${release().split('.').slice(0, 2).join('.')}`
}

function formatProgress(row: Row, ms: number): string {
  const cells = guarantees.map((guarantee) => marks[toCell(row, guarantee).kind]).join(' ')
  return `${row.name.padEnd(24)} ${row.missing ?? cells} ${(ms / 1000).toFixed(0)} s`
}
