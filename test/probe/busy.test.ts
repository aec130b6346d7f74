import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { probe } from 'millrace/probe'
import { afterAll, beforeAll, expect, it } from 'vitest'

// The same application on two servers: it computes between its blocks, so nothing but a write at once gets one out.
const worker = new Worker(new URL('busy-worker.ts', import.meta.url))
let urls = { usual: '', strict: '' }

beforeAll(async () => {
  const [message] = await once(worker, 'message')
  urls = message
})

afterAll(() => worker.terminate())

it('probe finds that node:http holds the blocks of a busy application back to the end', async () => {
  const { verdict, isGood } = await probe(urls.usual)
  expect(verdict).toMatchObject({
    kind: 'held-to-the-end',
    line: expect.stringMatching(/all 4 (?:blocks|lines) came together/),
  })
  expect(isGood).toBe(false)
})

it('G1: probe finds that millrace sends them as they are made', async () => {
  const { verdict, connections } = await probe(urls.strict, { expect: '4 blocks' })
  expect(verdict.kind).toBe('streamed')
  expect(connections[0]?.expectations.map(({ isMet }) => isMet)).toEqual([true])
})
