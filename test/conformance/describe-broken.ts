import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AskedServer } from '../../src/conformance/asking/asked-server.ts'
import type { CaseResult } from '../../src/conformance/case-result.ts'
import type { ConformanceCase } from '../../src/conformance/conformance-case.ts'
import type { BrokenServer } from './broken/broken-server.ts'
import { brokenServers } from './broken/broken-servers.ts'

interface Fixture {
  readonly one: ConformanceCase
  readonly broken: BrokenServer
  readonly index: number
  readonly result: PromiseWithResolvers<CaseResult>
}

/**
 * Runs each case against the servers that break what it asks about: each must be called broken, by what is seen there. All
 * run from the beginning on; each test waits for its own.
 */
export function describeBroken(cases: readonly ConformanceCase[]): void {
  const fixtures = cases.flatMap(toFixtures)
  const threads: Worker[] = []
  beforeAll(async () => {
    const busy = fixtures.filter(({ broken }) => broken.isBusy)
    const calm = fixtures.filter(({ broken }) => !broken.isBusy)
    const groups = [calm, ...busy.map((fixture) => [fixture])]
    await Promise.all(groups.map(async (group) => void runAll(group, await openThread(group, threads))))
  })
  afterAll(() => Promise.all(threads.map((thread) => thread.terminate())))

  describe.each(cases)('$guarantee: $name', (one) => {
    test('has a server that breaks it', () => {
      expect(fixtures.filter((fixture) => fixture.one === one)).not.toEqual([])
    })
    test.each(fixtures.filter((fixture) => fixture.one === one))(
      '$broken.how',
      async ({ result, broken }) => {
        const { kind, figure, evidence } = await result.promise
        expect({ kind, figure, evidence }).toEqual({
          kind: 'broken',
          figure: expect.stringMatching(broken.seen),
          evidence: expect.arrayContaining([expect.any(String)]),
        })
      },
    )
  })
}

function toFixtures(one: ConformanceCase): Fixture[] {
  const servers = brokenServers[one.name] ?? []
  return servers.map((broken, index) => {
    const result = Promise.withResolvers<CaseResult>()
    // Its test may come to it later.
    result.promise.catch(() => {})
    return { one, broken, index, result }
  })
}

async function openThread(group: readonly Fixture[], threads: Worker[]): Promise<readonly number[]> {
  const workerData = group.map(({ one, index }) => ({ name: one.name, index }))
  const thread = new Worker(new URL('fixtures/broken-thread.ts', import.meta.url), { workerData })
  threads.push(thread)
  const [ports] = await once(thread, 'message')
  return ports
}

// Once: nobody here is only slow.
async function runAll(group: readonly Fixture[], ports: readonly number[]): Promise<void> {
  const runs = group.map(async ({ one, result, broken }, index) => {
    const server = new AskedServer(new URL(`http://127.0.0.1:${ports[index]}`), {
      protocol: 'HTTP/1.1',
      patience: broken.patience ?? 10_000,
      pace: 1,
      suite: {},
    })
    await one.run(server).then(result.resolve, result.reject)
    server.close()
  })
  await Promise.all(runs)
}
