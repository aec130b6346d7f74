import zlib from 'node:zlib'
import { expect, it, vi } from 'vitest'
import { compress } from 'millrace/middleware'
import { openTestServer } from '../support/test-server.ts'
import { AbandonedReplies } from './abandoned-replies.ts'
import { collectGarbage, LiveCompressors } from './live-compressors.ts'

const COUNT = 1000
const AT_ONCE = 250
const GROWTH_LIMIT = 16 << 20

const makers = ['createZstdCompress', 'createBrotliCompress', 'createGzip', 'createDeflate'] as const

it('G10: 1,000 compressed replies abandoned in mid-stream leave no compressor and no memory', async () => {
  using replies = new AbandonedReplies()
  // The compressors of this process are counted.
  await using server = await openTestServer({
    transmitter: 'inline',
    use: [compress()],
    routes: replies.routes,
  })
  await replies.leave(server.port, AT_ONCE, AT_ONCE)
  await collectGarbage()
  const before = process.memoryUsage()
  using compressors = new LiveCompressors()
  const spies = makers.map((name) => vi.spyOn(zlib, name))
  await replies.leave(server.port, COUNT, AT_ONCE)
  const made = spies.flatMap(({ mock }) => mock.results.map(({ value }) => value))
  expect(made.filter(({ destroyed }) => !destroyed)).toEqual([])
  expect([made.length, compressors.opened]).toEqual([COUNT, COUNT])
  expect(compressors.most).toBeGreaterThan(AT_ONCE / 3)
  made.length = 0
  for (const spy of spies) spy.mockRestore()
  await collectGarbage()
  expect(compressors.left).toBe(0)
  const { heapUsed, external } = process.memoryUsage()
  expect(heapUsed + external - before.heapUsed - before.external).toBeLessThan(GROWTH_LIMIT)
  expect(server.reported).toEqual([])
})
