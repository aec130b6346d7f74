import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { AbandonedFigures } from './abandoned-run.ts'

// 10,000 by hand: CONTRIBUTING.md.
const COUNT = Number(process.env['MILLRACE_ABANDONED'] ?? 1000)
const AT_ONCE = 250
const GROWTH_LIMIT = 16 << 20

async function abandon(transmitter: string): Promise<AbandonedFigures> {
  const watches = ['../support/watch-thread.ts', './watch-compressors.ts']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=millrace:source',
      '--expose-gc',
      ...watches.map((file) => `--import=${new URL(file, import.meta.url).href}`),
      fileURLToPath(new URL('./abandoned-run.ts', import.meta.url)),
      ...[transmitter, COUNT, AT_ONCE].map(String),
    ],
    { env: { ...process.env, NODE_OPTIONS: '' } },
  )
  return JSON.parse(stdout)
}

it.each(['inline', 'thread'])(
  `G10: ${COUNT} compressed replies abandoned in mid-stream leave no compressor and no memory, %s`,
  async (transmitter) => {
    const { compressors, grown, reported } = await abandon(transmitter)
    expect(compressors).toHaveLength(transmitter === 'thread' ? 2 : 1)
    for (const { opened, closed, left } of compressors) expect([closed, left]).toEqual([opened, 0])
    const { opened, most } = compressors.at(-1) ?? {}
    expect(compressors.reduce((sum, one) => sum + one.opened, 0)).toBe(opened)
    // A client that does not read may have gone before its first block is compressed: of a hundred it is one.
    expect(opened).toBeGreaterThanOrEqual(COUNT * (transmitter === 'thread' ? 0.98 : 1))
    expect(most).toBeGreaterThan(AT_ONCE / 3)
    expect(grown).toBeLessThan(GROWTH_LIMIT)
    expect(reported).toEqual([])
  },
  60_000 + 60 * COUNT,
)
