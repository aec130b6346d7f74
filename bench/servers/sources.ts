import { readFileSync } from 'node:fs'

// Every JavaScript peer is given exactly these sources, so that only the server differs.

export interface City {
  id: number
  name: string
  country: string
  admin: string
  feature: string
  population: number
  lat: number
  lon: number
}

export const columns = ['id', 'name', 'country', 'admin', 'feature', 'population', 'lat', 'lon']

const block = Buffer.from('x'.repeat(99) + '\n')
const largeBlock = Buffer.alloc(65_536, 'x')
const never = new Promise<never>(() => {})

/** 1,000 blocks of 100 bytes. */
export function* blocks(): Generator<Buffer> {
  for (let count = 0; count < 1000; count++) yield block
}

/** The same blocks from an async generator. */
export async function* asyncBlocks(): AsyncGenerator<Buffer> {
  for (let count = 0; count < 1000; count++) yield block
}

/** 256 blocks of 64 KiB. */
export function* largeBlocks(): Generator<Buffer> {
  for (let count = 0; count < 256; count++) yield largeBlock
}

/** Blocks of 64 KiB without end. */
export function* endlessBlocks(): Generator<Buffer> {
  for (;;) yield largeBlock
}

/** One block, and then a wait that never ends. */
export async function* idleBlocks(): AsyncGenerator<string> {
  yield 'first\n'
  await never
}

/** A block, 200 ms of work on the CPU, and a block: shows whether the first one waits for the work. */
export function* busyBlocks(): Generator<string> {
  yield 'first\n'
  const end = performance.now() + 200
  while (performance.now() < end);
  yield 'second\n'
}

let rows: City[] | undefined

/** The cities that the harness has written to the file BENCH_CITIES, read once and kept in memory. */
export function cities(): City[] {
  rows ??= JSON.parse(readFileSync(process.env['BENCH_CITIES'] ?? 'cities.json', 'utf8'))
  return rows ?? []
}

/** Bytes in use after a garbage collection that also gives free pages back to the system. */
export function memory(): { used: number } {
  globalThis.gc?.({ type: 'major', flavor: 'last-resort' })
  const { heapUsed, external } = process.memoryUsage()
  return { used: heapUsed + external }
}

/** The port that the harness gave as the last word of the command line. */
export const port = Number(process.argv.at(-1))

/** Tells the harness that the server listens. */
export function ready(): void {
  console.log('READY')
}
