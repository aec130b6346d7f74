import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import type { Wire } from '../wire.ts'
import { openThread, type ThreadPlan } from './open-thread.ts'

const threads = vi.hoisted((): Worker[] => [])

// The threads that were started, to see their end.
vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<{ Worker: new (...given: unknown[]) => Worker }>()
  function start(...given: unknown[]): Worker {
    const thread = new original.Worker(...given)
    threads.push(thread)
    return thread
  }
  return { ...original, Worker: start }
})

function toPlan(more: Partial<ThreadPlan> = {}): ThreadPlan {
  return {
    port: 0,
    hostname: '127.0.0.1',
    maxIdleConnections: 100,
    maxRequestBytes: 1000,
    maxStall: 0,
    delivery: 'turn',
    answer: () => {},
    report: () => {},
    ...more,
  }
}

// Resolves when the thread that was started last has ended.
function ended(): Promise<unknown> {
  const thread = threads.at(-1)
  return thread
    ? once(thread, 'exit')
    : Promise.reject(new Error('Cannot wait for a thread: none was started'))
}

it('openThread serves until it is closed; then the thread has ended', async () => {
  const answer = (wire: Wire) => {
    const live = { abort: () => {} }
    wire.open(live)
    wire.sendPlain(`caf\u00e9 ${wire.readRequest().target}`, true)
    wire.close(live)
  }
  const listener = await openThread(toPlan({ answer }))
  const client = new RawClient(listener.port)
  for (const target of ['/one', '/two']) {
    client.get(target)
    expect((await client.reply()).text).toBe(`caf\u00e9 ${target}`)
  }
  const end = ended()
  await listener.close(60_000)
  await end
  expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
})

it('openThread leaves no thread behind when the port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const opening = openThread(toPlan({ port }))
  const end = ended()
  await expect(opening).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } })
  await end
})

it('G4: openThread breaks live replies off, tells them and reports it when its thread is gone', async () => {
  const reasons = Promise.withResolvers<unknown>()
  const reported: unknown[] = []
  const thrown = Promise.withResolvers<() => void>()
  const listener = await openThread(
    toPlan({
      report: (error) => reported.push(error),
      answer: (wire) => {
        const live = {
          abort: (reason: unknown) => {
            wire.close(live)
            reasons.resolve(reason)
          },
        }
        const framing = { kind: 'chunked' } as const
        const fields = ['transfer-encoding', 'chunked']
        const head = { status: 200, reason: 'OK', fields, framing, stays: true }
        wire.open(live)
        const sink = wire.toSink({ frame: () => framing, write: () => wire.writeHead(head) })
        sink.commit(framing)
        sink.write(Buffer.from('a'))
      },
    }),
  )
  const client = new RawClient(listener.port)
  client.get('/')
  await client.untilChunk('a')
  const { setImmediate: real } = globalThis
  // What would end the process is called by the test, where it can be caught.
  const later = vi.spyOn(globalThis, 'setImmediate').mockImplementation((callback: () => void) => {
    thrown.resolve(callback)
    return real(() => {})
  })
  onTestFinished(() => later.mockRestore())
  void threads.at(-1)?.terminate()
  expect(await reasons.promise).toMatchObject({ code: 'SHUTTING_DOWN' })
  expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  expect(reported).toEqual([expect.objectContaining({ message: expect.stringContaining('has stopped') })])
  expect(await thrown.promise).toThrow('Cannot serve any longer')
})
