// Large documents in flat memory, opened by the programs that people have: `node bench/documents.ts [--quick]`.
//
// A server in a process of its own sends a ZIP archive of 5 GB, tested by `unzip -t`, with its list of entries held
// against the specification; a tar archive of 5 GB, listed by `tar -t`; and a JSON document with an array of 5 million
// records, read by `jq`. The memory is the peak of the resident memory while a document is sent, above the resident
// memory after a shorter one. Needs Linux, curl, unzip, tar and jq.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const isQuick = process.argv.includes('--quick')
const bytes = isQuick ? 200e6 : 5e9
const records = isQuick ? 200_000 : 5_000_000
/** What the memory of the server may grow by while one document is sent. */
const LIMIT = 64e6

interface Measured {
  name: string
  verdict: string
  isRight: boolean
  megabytes: number
  seconds: number
  growth: number
}

if (!existsSync('/proc/self/clear_refs')) throw new Error('Cannot measure memory here: there is no /proc')
const missing = ['curl', 'unzip', 'tar', 'jq'].filter((tool) => spawnSync('which', [tool]).status !== 0)
if (missing.length > 0) throw new Error(`Cannot open the documents: install ${missing.join(', ')}`)

const folder = await mkdtemp(join(tmpdir(), 'millrace-documents-'))
const path = fileURLToPath(new URL('servers/documents.ts', import.meta.url))
const child = spawn(process.execPath, ['--conditions=millrace:source', '--expose-gc', path, '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const [line] = await once(child.stdout, 'data')
  const url = String(line).replace('READY', '').trim()
  const rows: Measured[] = []
  rows.push(
    await measure(url, { name: 'zip', warm: 'zip?bytes=2e8', path: `zip?bytes=${bytes}`, open: testZip }),
  )
  rows.push(
    await measure(url, { name: 'tar', warm: 'tar?bytes=2e8', path: `tar?bytes=${bytes}`, open: listTar }),
  )
  rows.push(
    await measure(url, {
      name: 'json',
      warm: 'json?records=300000',
      path: `json?records=${records}`,
      open: readJson,
    }),
  )
  print(rows)
} finally {
  child.kill('SIGKILL')
  await rm(folder, { recursive: true })
}

interface Document {
  name: string
  warm: string
  path: string
  open: (file: string) => { verdict: string; isRight: boolean }
}

async function measure(url: string, { name, warm, path: documentPath, open }: Document): Promise<Measured> {
  await download(`${url}/${warm}`)
  await fetch(`${url}/memory`)
  const before = readMemory('VmRSS')
  writeFileSync(`/proc/${child.pid}/clear_refs`, '5')
  const start = performance.now()
  const file = await download(`${url}/${documentPath}`)
  const seconds = (performance.now() - start) / 1000
  const growth = readMemory('VmHWM') - before
  const { size } = await stat(file)
  const opened = open(file)
  await rm(file)
  return { name, ...opened, megabytes: size / 1e6, seconds, growth }
}

// It fails where the body is not as long as its Content-Length says, or has no end.
async function download(url: string): Promise<string> {
  const file = join(folder, 'document')
  const curl = spawn('curl', ['-sSf', '-o', file, url], { stdio: 'inherit' })
  const [code] = await once(curl, 'exit')
  if (code !== 0) throw new Error(`Cannot download ${url}: curl ended with ${code}`)
  return file
}

function testZip(file: string) {
  const { status, stdout } = spawnSync('unzip', ['-tq', file], { encoding: 'utf8' })
  const loose = countLoose(readList(file))
  const verdict = `unzip -t: ${stdout.trim().replace(folder, '')} Headers with a loose ZIP64 field: ${loose}`
  return { verdict, isRight: status === 0 && loose === 0 }
}

/** The list of entries at the end of an archive. */
function readList(file: string): Buffer {
  const plainEnd = Buffer.alloc(22)
  const opened = openSync(file, 'r')
  const { size } = statSync(file)
  readSync(opened, plainEnd, { position: size - 22 })
  const list = Buffer.alloc(plainEnd.readUInt32LE(12))
  // Between the two stands the ZIP64 end, where the list begins beyond 4 GiB.
  const hasFarList = plainEnd.readUInt32LE(16) === 0xffffffff
  readSync(opened, list, { position: size - 22 - (hasFarList ? 76 : 0) - list.length })
  closeSync(opened)
  return list
}

// A ZIP64 field holds just the values whose own fields are all ones (APPNOTE 4.5.3): unzip does not mind, Java does.
function countLoose(list: Buffer): number {
  let loose = 0
  for (let at = 0; at < list.length;) {
    if (list.readUInt32LE(at) !== 0x02014b50) throw new Error(`Cannot read the list of entries at ${at}`)
    const [name = 0, extra = 0] = [28, 30].map((field) => list.readUInt16LE(at + field))
    const far = [20, 24, 42].filter((field) => list.readUInt32LE(at + field) === 0xffffffff).length
    if (extra !== (far === 0 ? 0 : 4 + far * 8)) loose++
    at += 46 + name + extra
  }
  return loose
}

function listTar(file: string) {
  const { status, stdout } = spawnSync('tar', ['-tf', file], { encoding: 'utf8' })
  const count = stdout.trim().split('\n').length
  return { verdict: `tar -t: ${count} entries`, isRight: status === 0 && count === 1003 }
}

function readJson(file: string) {
  const filter = '[.count, (.rows | length), .rows[-1].id]'
  const { status, stdout } = spawnSync('jq', ['-c', filter, file], { encoding: 'utf8' })
  const expected = JSON.stringify([records, records, records - 1])
  return { verdict: `jq ${filter}: ${stdout.trim()}`, isRight: status === 0 && stdout.trim() === expected }
}

function readMemory(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+) kB`).exec(status) ?? []
  return Number(kilobytes) * 1024
}

function print(rows: readonly Measured[]): void {
  console.log(`Node ${process.version}; resident memory of the server above that after a short document`)
  for (const { name, verdict, isRight, megabytes, seconds, growth } of rows) {
    const isFlat = growth < LIMIT
    console.log(
      `${name.padEnd(5)} ${megabytes.toFixed(0).padStart(5)} MB in ${seconds.toFixed(1).padStart(5)} s, ` +
        `${(megabytes / seconds).toFixed(0).padStart(4)} MB/s, memory +${(growth / 1e6).toFixed(1)} MB: ` +
        `${isFlat ? 'flat' : 'NOT FLAT'}; ${verdict}: ${isRight ? 'right' : 'WRONG'}`,
    )
    if (!isFlat || !isRight) process.exitCode = 1
  }
}
