import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AskedServer } from '../../src/conformance/asking/asked-server.ts'
import type { CaseResult } from '../../src/conformance/case-result.ts'
import type { ConformanceCase } from '../../src/conformance/conformance-case.ts'
import type { BrokenProtocol, BrokenServer } from './broken/broken-server.ts'
import { brokenServers } from './broken/broken-servers.ts'

const protocols = ['HTTP/1.1', 'HTTP/2'] as const

interface Fixture {
  readonly one: ConformanceCase
  readonly broken: BrokenServer
  readonly protocol: BrokenProtocol
  readonly index: number
  readonly result: PromiseWithResolvers<CaseResult>
}

/**
 * Runs each case against the servers that break what it asks about, by one protocol behind the other: each must be called
 * broken, by what is seen there. All of a protocol run from the beginning on; each test waits for its own.
 */
export function describeBroken(cases: readonly ConformanceCase[]): void {
  describe.each(protocols)('%s', (protocol) => {
    describeBy(protocol, cases)
  })
}

function describeBy(protocol: BrokenProtocol, cases: readonly ConformanceCase[]): void {
  const fixtures = cases.flatMap((one) => toFixtures(one, protocol))
  const threads: Worker[] = []
  beforeAll(async () => {
    const busy = fixtures.filter(({ broken }) => broken.isBusy)
    const calm = fixtures.filter(({ broken }) => !broken.isBusy)
    const groups = [calm, ...busy.map((fixture) => [fixture])]
    await Promise.all(groups.map(async (group) => void runAll(group, await openThread(group, threads))))
  })
  afterAll(() => Promise.all(threads.map((thread) => thread.terminate())))

  describe.each(cases)('$guarantee: $name', (one) => {
    const own = fixtures.filter((fixture) => fixture.one === one)
    test('has a server that breaks it, or is not offered', async () => {
      if (own.length > 0) return
      const nobody = { url: new URL('http://127.0.0.1'), signal: AbortSignal.abort() }
      expect(await one.run(toAsked({ ...nobody, protocol }))).toMatchObject({ kind: 'not offered' })
    })
    test.each(own)('$broken.how', async ({ result, broken }) => {
      const { kind, figure, evidence } = await result.promise
      expect({ kind, figure, evidence }).toEqual({
        kind: 'broken',
        figure: expect.stringMatching(broken.seen),
        evidence: expect.arrayContaining([expect.any(String)]),
      })
    })
  })
}

function toFixtures(one: ConformanceCase, protocol: BrokenProtocol): Fixture[] {
  const servers = brokenServers[one.name] ?? []
  return servers.flatMap((broken, index) => {
    if (broken.protocol !== undefined && broken.protocol !== protocol) return []
    const result = Promise.withResolvers<CaseResult>()
    // Its test may come to it later.
    result.promise.catch(() => {})
    return [{ one, broken, protocol, index, result }]
  })
}

async function openThread(group: readonly Fixture[], threads: Worker[]): Promise<readonly number[]> {
  const workerData = group.map(({ one, index, protocol }) => ({ name: one.name, index, protocol }))
  const thread = new Worker(new URL('fixtures/broken-thread.ts', import.meta.url), { workerData })
  threads.push(thread)
  const [ports] = await once(thread, 'message')
  return ports
}

// Once: nobody here is only slow.
async function runAll(group: readonly Fixture[], ports: readonly number[]): Promise<void> {
  const runs = group.map(async ({ one, result, broken, protocol }, index) => {
    const url = new URL(`http://127.0.0.1:${ports[index]}`)
    const server = toAsked({ url, protocol, patience: broken.patience ?? 10_000 })
    await one.run(server).then(result.resolve, result.reject)
    server.close()
  })
  await Promise.all(runs)
}

interface AskedOptions {
  readonly url: URL
  readonly protocol: BrokenProtocol
  readonly patience?: number
  readonly signal?: AbortSignal
}

function toAsked({ url, patience = 0, ...options }: AskedOptions): AskedServer {
  return new AskedServer(url, { ...options, patience, pace: 1, suite: {} })
}
