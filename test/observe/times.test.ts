import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import * as api from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import * as promClient from 'prom-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stream } from 'millrace'
import { accessLog, metrics, tracing } from 'millrace/observe'
import { eachDelivery } from '../support/each-delivery.ts'
import { Moments } from '../support/moments.ts'
import type { TestClient } from '../support/test-client.ts'
import { LogLines } from './log-lines.ts'

// What the arrival of a request relies on, when another thread has read it.
it('performance.now() is one clock for all threads', async () => {
  const code = "require('node:worker_threads').parentPort.postMessage(performance.now())"
  const before = performance.now()
  const worker = new Worker(code, { eval: true })
  const [then] = await once(worker, 'message')
  expect(then).toBeGreaterThan(before)
  expect(then).toBeLessThan(performance.now())
})

// Long beside what a request takes to its transmitter, on a machine that has other things to do.
const BUSY = 500

const exporter = new InMemorySpanExporter()

beforeAll(() => {
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
})
afterAll(() => api.trace.disable())

function compute(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

eachDelivery('the times of a reply behind an application that computes', (open, { options }) => {
  const isThread = options.transmitter === 'thread'

  it(`begin when its request ${isThread ? 'arrives' : 'is read'}`, async () => {
    exporter.reset()
    const lines = new LogLines()
    const registry = new promClient.Registry()
    using _log = accessLog(lines.logger)
    using _counted = metrics(promClient, { registry })
    using _traced = tracing(api)
    using moments = new Moments()
    const clients: TestClient[] = []
    let [begunAt, computedAt] = [0, 0]
    await using server = await open({
      routes: {
        '/ready': () => 'ready',
        '/busy': () => {
          begunAt = performance.now()
          clients[0]?.get('/behind')
          compute(BUSY)
          computedAt = performance.now()
          return 'done'
        },
        '/behind': () => stream(['one']),
      },
    })
    const behind = server.client()
    clients.push(behind)
    behind.get('/ready')
    await behind.reply()
    server.client().get('/busy')
    await behind.reply()
    await lines.when(3)

    const { message = {} } = moments.list.find(({ message: one }) => isOf(one, '/behind')) ?? {}
    const startedAt = 'startedAt' in message ? Number(message.startedAt) : 0
    expect(startedAt).toBeGreaterThan(begunAt)
    if (!isThread) return expect(startedAt).toBeGreaterThan(computedAt)
    expect(startedAt).toBeLessThan(computedAt - BUSY / 2)

    const line = lines.list.find((one) => isOf(one, '/behind'))
    expect(Number(line?.['firstBlockMs'])).toBeGreaterThan(BUSY / 2)
    expect(Number(line?.['durationMs'])).toBeGreaterThan(BUSY / 2)
    const [seconds = 0, nanoseconds = 0] = findSpan('/behind')?.duration ?? []
    expect(seconds * 1000 + nanoseconds / 1e6).toBeGreaterThan(BUSY / 2)
    const sum = /millrace_reply_duration_seconds_sum\{.*"\/behind"\} (.*)/.exec(await registry.metrics())?.[1]
    expect(Number(sum)).toBeGreaterThan(BUSY / 2000)
  })
})

function isOf(one: object, path: string): boolean {
  return 'path' in one && one.path === path
}

function findSpan(path: string): ReadableSpan | undefined {
  return exporter.getFinishedSpans().find(({ attributes }) => attributes['url.path'] === path)
}
