// Longer by hand: MILLRACE_SOAK_SECONDS=600 MILLRACE_SOAK_SEED=7.
import { expect, it } from 'vitest'
import { startFixture } from './start-application.ts'

const watch = new URL('../support/watch-thread.ts', import.meta.url).href

const seconds = Number(process.env['MILLRACE_SOAK_SECONDS'] ?? 4)
const seed = Number(process.env['MILLRACE_SOAK_SEED'] ?? Math.floor(Math.random() * 1_000_000))

it.each([
  ['thread', 'HTTP/1.1'],
  ['thread', 'HTTP/1.1, TLS'],
  ['thread', 'h2c'],
  ['thread', 'HTTP/2, TLS'],
  ['inline', 'HTTP/1.1'],
  ['inline', 'HTTP/1.1, TLS'],
  ['inline', 'h2c'],
  ['inline', 'HTTP/2, TLS'],
])(
  `G4, G5: every byte of every reply arrives, or its cut shows, and every source is closed once, %s, %s: seed ${seed}`,
  async (transmitter, protocol) => {
    const args = [String(seed), String(seconds), transmitter, protocol]
    const { code, stdout, stderr } = await startFixture('soak', args, [
      '--expose-gc',
      `--import=${watch}`,
    ]).ended()
    expect([code, stderr]).toEqual([0, ''])
    const { failures, missing, grown, left } = JSON.parse(stdout)
    expect(failures).toEqual([])
    expect(grown).toBeLessThan(8 * 1024 * 1024)
    expect(left).toEqual({ sockets: 0, handles: 0, files: 0 })
    expect(missing).toEqual([])
  },
  seconds * 1000 + 90_000,
)
