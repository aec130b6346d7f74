// Compressed records: `node bench/compression/compression.ts [--rounds=5] [--seconds=1] [--peers=koa,fastify]`.
//
// Each server runs in a process of its own, on a core of its own where that can be had, with the levels that its library
// takes by itself: gzip 6, br 4 and zstd 3, in all of them. They take turns, so that what disturbs one disturbs all.
//
// - Speed is that of whole replies of 20,000 cities to 4 readers, which do not decode; each was decoded and compared once.
// - Size is that of the body, in percent of the body as it is.
// - Delay is from when the source gives a record, every 100 ms, to when the client has decoded it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { coresNote, cpuSeconds, place } from '../peers/cores.ts'
import { formatRatio, formatTable } from '../table.ts'
import { type Encoding, readDelays, readSize, readText } from './read-compressed.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    peers: { type: 'string', default: 'millrace,express,express+flush,fastify,koa,koa+flush' },
    encodings: { type: 'string', default: 'gzip,br,zstd' },
    paths: { type: 'string', default: '/records,/batches,/csv,/slow' },
  },
})
const READERS = 4
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const wanted = values.paths.split(',')
const titles: Readonly<Record<string, string>> = {
  '/records': 'NDJSON, record by record',
  '/batches': 'NDJSON, 500 records at once',
  '/csv': 'CSV, record by record',
}
const labels: Readonly<Record<string, string>> = {
  millrace: 'millrace',
  express: 'compression on Express',
  'express+flush': 'the same with res.flush()',
  fastify: '@fastify/compress',
  koa: 'koa-compress',
  'koa+flush': 'the same with Z_SYNC_FLUSH',
}

interface Peer {
  readonly name: string
  readonly port: number
  readonly child: ChildProcess
}

interface Sample {
  /** Replies a second. */
  readonly rate: number
  /** Replies for each second of CPU time that the server used. */
  readonly cpuRate: number
}

async function startPeer(name: string): Promise<Peer> {
  const [file = '', mode = ''] = name.split('+')
  const path = fileURLToPath(new URL(`./servers/${file}.ts`, import.meta.url))
  const node = [process.execPath, '--conditions=millrace:source', path, mode]
  const [command = '', ...given] = place(node, 'server', 'pinned')
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(command, given, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [told]: { port: number }[] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`Cannot start ${name}: it has ended`))),
  ])
  if (told === undefined) throw new Error(`Cannot start ${name}: it tells no port`)
  return { name, port: told.port, child }
}

function has(peer: Peer, encoding: Encoding): boolean {
  if (peer.name === 'koa+flush') return encoding === 'gzip'
  return encoding !== 'zstd' || !peer.name.startsWith('express')
}

async function sample(peer: Peer, path: string, encoding: Encoding): Promise<Sample> {
  const asked = { port: peer.port, path, encoding }
  const cpuStart = cpuSeconds(peer.child.pid ?? 0) ?? Number.NaN
  const start = performance.now()
  let count = 0
  const read = async () => {
    while (performance.now() - start < seconds * 1000) {
      await readSize(asked)
      count++
    }
  }
  await Promise.all(Array.from({ length: READERS }, read))
  const rate = (count / (performance.now() - start)) * 1000
  return { rate, cpuRate: count / ((cpuSeconds(peer.child.pid ?? 0) ?? Number.NaN) - cpuStart) }
}

async function compare(path: string, encoding: Encoding, peers: readonly Peer[]): Promise<void> {
  const some = peers.filter((peer) => has(peer, encoding))
  const sizes = new Map<Peer, number>()
  const samples = new Map<Peer, Sample[]>(some.map((peer) => [peer, []]))
  const texts = new Set<string>()
  for (const peer of some) {
    const asked = { port: peer.port, path, encoding }
    texts.add(await readText(asked))
    sizes.set(peer, await readSize(asked))
  }
  if (texts.size !== 1) throw new Error(`Cannot compare ${path}: the bodies differ`)
  const [text = ''] = texts
  for (let round = 0; round <= rounds; round++) {
    for (const peer of some) {
      const one = await sample(peer, path, encoding)
      if (round > 0) samples.get(peer)?.push(one)
    }
  }
  print(path, encoding, { samples, sizes, length: Buffer.byteLength(text) })
}

interface Figures {
  readonly samples: ReadonlyMap<Peer, readonly Sample[]>
  readonly sizes: ReadonlyMap<Peer, number>
  readonly length: number
}

function print(path: string, encoding: Encoding, { samples, sizes, length }: Figures): void {
  const [ours] = samples.keys()
  if (!ours) return
  const rateOf = (peer: Peer) => median((samples.get(peer) ?? []).map(({ rate }) => rate))
  const cpuRateOf = (peer: Peer) => median((samples.get(peer) ?? []).map(({ cpuRate }) => cpuRate))
  const ratio = (one: number, other: number, peer: Peer) => (peer === ours ? '' : formatRatio(one / other))
  const rows = [...samples.keys()].map((peer) => [
    labels[peer.name] ?? peer.name,
    ((rateOf(peer) * length) / 1e6).toFixed(1),
    ratio(rateOf(ours), rateOf(peer), peer),
    ratio(cpuRateOf(ours), cpuRateOf(peer), peer),
    `${(((sizes.get(peer) ?? 0) / length) * 100).toFixed(2)} %`,
    ratio(sizes.get(ours) ?? 0, sizes.get(peer) ?? 0, peer),
  ])
  const head = ['', 'MB/s', 'millrace ÷ it', 'per CPU second', 'size', 'its size']
  console.log(`\n${titles[path]}, ${encoding} (${(length / 1e6).toFixed(1)} MB)\n${formatTable(head, rows)}`)
}

async function compareDelays(encoding: Encoding, peers: readonly Peer[]): Promise<void> {
  const rows: string[][] = []
  for (const peer of peers.filter((one) => has(one, encoding))) {
    const paths = peer.name === 'millrace' ? ['/slow', '/slow-blocks'] : ['/slow']
    for (const path of paths) {
      const asked = { port: peer.port, path, encoding }
      await readDelays(asked)
      const delays = await readDelays(asked)
      const label = labels[peer.name] ?? peer.name
      const name = path === '/slow' ? label : `${label}, block by block`
      rows.push([
        name,
        ...[Math.min(...delays), median(delays), Math.max(...delays)].map((ms) => ms.toFixed(1)),
      ])
    }
  }
  console.log(
    `\nDelay of a record, ${encoding}, in ms\n${formatTable(['', 'least', 'median', 'most'], rows)}`,
  )
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}

function isEncoding(name: string): name is Encoding {
  return ['gzip', 'br', 'zstd'].includes(name)
}

const peers: Peer[] = []
try {
  for (const name of values.peers.split(',')) peers.push(await startPeer(name))
  const encodings = values.encodings.split(',').filter(isEncoding)
  console.log(`Node ${process.version}, median of ${rounds} rounds of ${seconds} s; ${coresNote}`)
  for (const encoding of encodings) {
    for (const path of Object.keys(titles).filter((one) => wanted.includes(one))) {
      await compare(path, encoding, peers)
    }
  }
  for (const encoding of encodings) if (wanted.includes('/slow')) await compareDelays(encoding, peers)
} finally {
  for (const { child } of peers) child.kill('SIGKILL')
}
process.exit()
