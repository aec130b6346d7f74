// Two threads write to each other as fast and as unevenly as they can. A wake-up that is lost shows as a test that
// does not end.
import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createRing } from '../../src/server/ring/ring-memory.ts'
import { type Digests, runSide } from './soak-side.ts'

const records = 150_000
const someSeed = Math.floor(Math.random() * 2 ** 31)

async function soak(seed: number, ringBytes: number): Promise<{ here: Digests; there: Digests }> {
  // The positions overflow soon, on one ring where the sign changes, on the other where they become 0.
  const [out, into] = [createRing(ringBytes, 2 ** 31 - 65_536), createRing(ringBytes, 2 ** 32 - 65_536)]
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(new URL('soak-worker.ts', import.meta.url), {
    workerData: { out: into, into: out, port: port2, seed: seed + 1000, records },
    transferList: [port2],
  })
  try {
    const [here, [there]] = await Promise.all([
      runSide({ out, into, port: port1, seed, records }),
      once(worker, 'message'),
    ])
    return { here, there }
  } finally {
    port1.close()
    await worker.terminate()
  }
}

test.each([
  [1, 128],
  [2, 1024],
  [3, 16 * 1024],
  [4, 256 * 1024],
  [someSeed, 4096],
])(
  'RingWriter and RingReader keep every byte in both directions: seed %i, a ring of %i bytes',
  async (seed, ring) => {
    const { here, there } = await soak(seed, ring)
    expect(there.read).toEqual(here.written)
    expect(here.read).toEqual(there.written)
    expect(new Set(here.written).size).toBe(here.written.length)
  },
)
