import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Case, cases } from './cases.ts'
import { formatClosingTable } from './closing-table.ts'
import { formatDelayTable } from './delay-table.ts'
import { hasMachineTime, measureDelays } from './delays.ts'
import { judge, type Results } from './figures.ts'
import { requireWrk } from './load.ts'
import { hasMemoryFiles, measureMemory } from './memory.ts'
import { readCities, toExpectedCsv, writeCities } from './peers/cities.ts'
import { coresNote } from './peers/cores.ts'
import { findPeers, type MissingPeer, peerNames } from './peers/peers.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { writePlot } from './plot/write-plot.ts'
import { measureSpeed, type Setting } from './speed.ts'
import type { DelayCase } from './stream-cases.ts'
import { formatMemoryTable, formatSpeedTable, formatTable } from './table.ts'

const report: string[] = []
const results: Results = { speed: {}, memory: {}, delay: {} }

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const options = parseOptions()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const setting = prepare(folder, options)
  for (const test of options.cases) await measure(test, setting)
  const verdicts = judge(results).filter(({ outcome }) => options.complete || outcome !== 'not measured')
  say('## Figures to reach')
  say(
    formatTable(
      ['figure', 'measured', 'outcome'],
      verdicts.map((row) => [row.figure, row.measured, row.outcome]),
    ),
  )
  closeWith(formatClosingTable(results))
  save({ plan: setting.plan, results, verdicts })
}

function parseOptions() {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, only: { type: 'string' }, peers: { type: 'string' } },
  })
  const names = pick('peers', peerNames, values.peers)
  const wanted = pick(
    'only',
    cases.map(({ name }) => name),
    values.only,
  )
  return {
    plan: values.quick ? quickPlan : fullPlan,
    peers: names,
    cases: cases.filter(({ name }) => wanted.includes(name)),
    complete: values.only === undefined && values.peers === undefined,
  }
}

function pick<Name extends string>(
  option: string,
  known: readonly Name[],
  list: string | undefined,
): readonly Name[] {
  if (list === undefined) return known
  const wanted = list.split(',')
  const unknown = wanted.find((name) => !known.some((one) => one === name))
  if (unknown === undefined) return known.filter((name) => wanted.includes(name))
  throw new RangeError(`Cannot use --${option}=${list}: ${unknown} is not one of ${known.join(', ')}`)
}

function prepare(
  folder: string,
  { plan, peers: names, cases: chosen }: ReturnType<typeof parseOptions>,
): Setting {
  if (chosen.some(({ kind }) => kind === 'speed')) requireWrk()
  const { peers, missing } = findPeers(names, folder)
  const file = join(folder, 'cities.json')
  const cities = readCities()
  writeCities(file, cities)
  introduce(plan, missing)
  const expected = {
    hello: 'Hello, world',
    blocks: ('x'.repeat(99) + '\n').repeat(1000),
    large: 'x'.repeat(256 * 65_536),
    cities: toExpectedCsv(cities),
  }
  return { plan, peers, environment: { BENCH_CITIES: file }, expected }
}

function introduce(plan: Plan, missing: MissingPeer[]): void {
  const { connections, rounds, seconds, fastBytes } = plan
  say('# millrace benchmark')
  say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${coresNote}.`)
  say(`Speed: wrk, ${connections} connections, the median of ${rounds} interleaved rounds of ${seconds} s.`)
  if (plan === quickPlan)
    say(`A --quick run: short rounds, and memory-fast reads ${fastBytes / 1e9} GB only.`)
  for (const { name, reason } of missing) say(`Left out: ${name}: ${reason}.`)
}

async function measure(test: Case, setting: Setting): Promise<void> {
  say(`## ${test.title} (${test.name})`)
  switch (test.kind) {
    case 'speed':
      return say(formatSpeedTable(test, (results.speed[test.name] = await measureSpeed(test, setting))))
    case 'memory':
      if (!hasMemoryFiles)
        return say('Left out: this system has no /proc that tells the memory of a process.')
      return say(formatMemoryTable(test, (results.memory[test.name] = await measureMemory(test, setting))))
    case 'delay':
      if (!hasMachineTime) return say('Left out: it needs Linux, where all servers can read the same clock.')
      return await measureDelay(test, setting)
  }
}

async function measureDelay(test: DelayCase, setting: Setting): Promise<void> {
  const rows = await measureDelays(test, setting)
  results.delay[test.name] = rows
  say(formatDelayTable(test, rows))
  if (test.name === 'busy') say(writePlot(test, rows))
}

function closeWith(table: string | undefined): void {
  if (table === undefined) return
  say('## With a transmitter thread and without')
  say(table)
}

function say(text: string): void {
  console.log(`${text}\n`)
  report.push(text, '')
}

function save(data: object): void {
  const folder = join(import.meta.dirname, 'results')
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${stamp}.md`), report.join('\n'))
  writeFileSync(join(folder, `${stamp}.json`), JSON.stringify(data, null, 2))
  console.log(`Written to bench/results/${stamp}.md and .json`)
}
