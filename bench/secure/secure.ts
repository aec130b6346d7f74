// Blocks and short replies over TLS, on HTTP/2 and HTTP/1.1: `secure.ts [--quick]`. Every server has its process and a
// place in every round.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Placement } from '../peers/cores.ts'
import { firstLineOf, type Peer } from '../peers/peers.ts'
import { type RunningPeer, startPeer } from '../peers/start-peer.ts'
import { formatNumber, formatRatio, formatTable } from '../table.ts'
import { median } from '../spread.ts'
import { certificate, certificateFiles } from './certificate.ts'
import { type H2LoadReport, requireH2load, runH2load } from './h2load.ts'

const isQuick = process.argv.includes('--quick')
const plan = isQuick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 3 }
const REPLY = 100_000

interface Contestant {
  readonly label: string
  readonly peer: Peer
  readonly path: string
  readonly busyPath: string
}

const here = import.meta.dirname
const run = (file: string, ...args: string[]): string[] => [
  process.execPath,
  '--conditions=millrace:source',
  join(here, file),
  ...args,
]

function contestants(folder: string, path: string): Contestant[] {
  const node = (label: string, file: string, ...args: string[]): Contestant => ({
    label,
    peer: { name: label, version: process.version, command: run(file, ...args) },
    path,
    busyPath: '/busy',
  })
  const all = [
    node('millrace', 'secure-millrace.ts'),
    node('millrace thread', 'secure-millrace.ts', 'thread'),
    node('node:http2', 'secure-node-http2.ts'),
    node('Fastify', 'secure-fastify.ts'),
  ]
  const strict = {
    ...node('node:http2, each write awaited', 'secure-node-http2.ts'),
    busyPath: '/strict-busy',
  }
  if (path === '/blocks') all.splice(3, 0, { ...strict, path: '/strict' })
  const go = findGo(folder)
  return go ? [...all, { label: 'Go', peer: go, path, busyPath: '/busy' }] : all
}

function findGo(folder: string): Peer | undefined {
  try {
    const program = join(folder, 'secure')
    execFileSync('go', ['build', '-o', program, join(here, 'secure.go')])
    const version = execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim()
    return { name: 'go', version, command: [program, ...certificateFiles] }
  } catch (error) {
    console.log(`Left out: Go: ${firstLineOf(error)}\n`)
    return undefined
  }
}

// A block, 200 ms of work, a block: whether the first has come when the second is made.
async function keepsG1(origin: string, path: string): Promise<boolean> {
  const session = connect(origin.replace('http:', 'https:'), {
    ca: certificate.cert,
    servername: 'localhost',
  })
  const stream = session.request({ ':path': path })
  const times: number[] = []
  for await (const _ of stream) times.push(performance.now())
  session.close()
  return (times.at(-1) ?? 0) - (times[0] ?? 0) > 100
}

interface Row {
  readonly contestant: Contestant
  readonly server: RunningPeer
  readonly isStrict: boolean
  readonly reports: H2LoadReport[]
}

interface Case {
  readonly title: string
  readonly path: string
  readonly protocol: 'h2' | 'http/1.1'
  readonly unit: string
  readonly placement: Placement
  readonly count: (report: H2LoadReport) => number
}

const toBlocks = ({ bytes }: H2LoadReport): number => (bytes / REPLY) * 1000
const toReplies = ({ replies }: H2LoadReport): number => replies

const kinds = [
  { title: '1,000 blocks of 100 bytes a reply', path: '/blocks', unit: 'blocks/s', count: toBlocks },
  { title: 'Hello: a text of 12 bytes', path: '/hello', unit: 'replies/s', count: toReplies },
] as const
const cases: Case[] = kinds.flatMap((kind) =>
  (['h2', 'http/1.1'] as const).map((protocol) => ({ ...kind, protocol, placement: 'shared' as const })),
)

async function measure(test: Case, folder: string): Promise<void> {
  const rows: Row[] = []
  try {
    for (const contestant of contestants(folder, test.path)) {
      const server = await startPeer(contestant.peer, {}, test.placement)
      const isStrict = await keepsG1(server.origin, contestant.busyPath)
      rows.push({ contestant, server, isStrict, reports: [] })
    }
    for (let round = 0; round < plan.rounds; round++) {
      for (const { contestant, server, reports } of rows) {
        const { protocol, placement } = test
        const load = { protocol, placement, connections: 16, streams: 10, seconds: plan.seconds }
        reports.push(await runH2load(server, { ...load, path: contestant.path }))
      }
    }
    print(test, rows)
  } finally {
    await Promise.all(rows.map(({ server }) => server.stop()))
  }
}

function print(test: Case, rows: readonly Row[]): void {
  const rates = rows.map(({ reports }) => reports.map((report) => test.count(report) / report.seconds))
  const first = median(rates[0] ?? [])
  const cells = rows.map(({ contestant, isStrict, reports }, index) => {
    const samples = rates[index] ?? []
    const busy = median(reports.map(({ serverBusy = Number.NaN }) => serverBusy))
    const failed = reports.reduce((sum, report) => sum + report.failed, 0)
    return [
      contestant.label,
      contestant.peer.version,
      formatNumber(median(samples)),
      `${formatNumber(Math.min(...samples))} – ${formatNumber(Math.max(...samples))}`,
      index === 0 ? '' : formatRatio(first / median(samples)),
      formatNumber(median(samples) / busy),
      [isStrict ? 'keeps G1' : 'does not keep G1', ...(failed > 0 ? [`${failed} failed`] : [])].join('; '),
    ]
  })
  const head = ['server', 'version', test.unit, 'min – max', 'millrace ÷ it', 'a CPU second', '']
  console.log(`## ${test.title}, ${test.protocol} over TLS\n\n${formatTable(head, cells)}\n`)
}

requireH2load()
const folder = mkdtempSync(join(tmpdir(), 'millrace-secure-'))
try {
  console.log(
    `h2load -t1 -c16 -m10; the median of ${plan.rounds} rounds of ${plan.seconds} s; all cores shared.\n`,
  )
  for (const test of cases) await measure(test, folder)
} finally {
  rmSync(folder, { recursive: true })
}
