import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Listener } from '../listener.ts'
import { RingReader } from '../ring/ring-reader.ts'
import type { Live, Wire } from '../wire.ts'
import { openThread, type ThreadPlan } from './open-thread.ts'
import { Outlet } from './outlet.ts'
import { formatRequest, type RequestRecord, toApplication, toTransmitter } from './records.ts'
import type { Notice, Order, TransmitterPlan } from './transmitter-plan.ts'

// Threads that were started: real ones, or such that the test plays itself.
const threads = await vi.hoisted(async () => {
  const { EventEmitter } = await import('node:events')
  class FakeThread extends EventEmitter {
    readonly plan: TransmitterPlan
    readonly orders: Order[] = []
    isTerminated = false

    constructor(plan: TransmitterPlan) {
      super()
      this.plan = plan
    }

    postMessage(order: Order): void {
      this.orders.push(order)
    }

    async terminate(): Promise<number> {
      this.isTerminated = true
      return 1
    }
  }
  const real: Worker[] = []
  const fake: FakeThread[] = []
  return { FakeThread, isReal: false, real, fake }
})

vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<{ Worker: new (...given: unknown[]) => Worker }>()
  function start(url: URL, options: { workerData: TransmitterPlan }): unknown {
    if (threads.isReal) {
      const thread = new original.Worker(url, options)
      threads.real.push(thread)
      return thread
    }
    const thread = new threads.FakeThread(options.workerData)
    threads.fake.push(thread)
    return thread
  }
  return { ...original, Worker: start }
})

beforeEach(() => {
  threads.isReal = false
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const names = new Map(Object.entries(toTransmitter).map(([name, type]): [number, string] => [type, name]))

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

function toText(more: Partial<RequestRecord> = {}): string {
  return formatRequest({
    method: 'GET',
    version: '1.1',
    secure: false,
    takesTrailers: false,
    isNext: true,
    hasBody: true,
    remoteAddress: '127.0.0.1',
    remotePort: 4711,
    authority: 'test',
    target: '/',
    fields: '',
    ...more,
  })
}

class Noted implements Live {
  readonly reasons: unknown[] = []
  readonly wire: Wire

  constructor(wire: Wire) {
    this.wire = wire
    wire.open(this)
  }

  abort(reason: unknown): void {
    this.reasons.push(reason)
    this.wire.close(this)
  }
}

// The transmitter of a listener, which has been started and says nothing yet.
function start(more: Partial<ThreadPlan> = {}) {
  const opening = openThread(toPlan(more))
  const thread = threads.fake.at(-1)
  if (!thread) throw new Error('Cannot play a thread: none was started')
  const { plan } = thread
  let isWakeDue = false
  const wake = () => {
    isWakeDue = true
  }
  const outlet = new Outlet(plan.back, wake)
  const reader = new RingReader(plan.out, wake)
  reader.sleep()
  const tell = (notice: Notice) => thread.emit('message', notice)
  // Wakes the application where that is asked for, as a message of the port would.
  const deliver = (): boolean => {
    if (!isWakeDue) return false
    isWakeDue = false
    return tell(0)
  }
  // What the application has sent.
  const read = () => {
    const taken: { name: string | undefined; id: number; bytes: Buffer }[] = []
    const take = (type: number, id: number, from: number, to: number) =>
      void taken.push({ name: names.get(type), id, bytes: Buffer.from(reader.bytes.subarray(from, to)) })
    do {
      while (reader.read(take));
      deliver()
    } while (!reader.sleep())
    return taken
  }
  return { opening, thread, outlet, tell, deliver, read }
}

async function open(more: Partial<ThreadPlan> = {}) {
  const replies: Noted[] = []
  const opened = start({ answer: (wire) => void replies.push(new Noted(wire)), ...more })
  opened.tell({ kind: 'listening', port: 4711 })
  const listener = await opened.opening
  const request = (id: number, record?: Partial<RequestRecord>) =>
    opened.outlet.putText(toApplication.request, id, toText(record))
  // One request, which the application has.
  const ask = (id: number, record?: Partial<RequestRecord>): Noted => {
    request(id, record)
    opened.deliver()
    const reply = replies.at(-1)
    if (!reply) throw new Error('Cannot take a request: none has come')
    return reply
  }
  // A release leaves with what comes after it: with an answer, for one.
  const ping = () => {
    opened.outlet.putSignal(toApplication.ping, 0)
    opened.deliver()
  }
  return { ...opened, listener, replies, request, ask, ping }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function closed(listener: Listener, tell: (notice: Notice) => void): Promise<void> {
  const closing = listener.close(1000)
  tell({ kind: 'drained' })
  await closing
}

describe('openThread, which starts', () => {
  it('gives the thread what it must know, and nothing that cannot go there', () => {
    const { thread, opening, tell } = start({ maxStall: 500, port: 80 })
    expect(thread.plan).toMatchObject({
      port: 80,
      hostname: '127.0.0.1',
      maxStall: 500,
      maxRequestBytes: 1000,
    })
    expect(() => structuredClone(thread.plan)).not.toThrow()
    tell({ kind: 'listening', port: 80 })
    return opening
  })

  it('resolves when the thread listens, and has its port', async () => {
    const { opening, tell } = start()
    const opened = vi.fn<() => void>()
    void opening.then(opened)
    await nextTurn()
    expect(opened).not.toHaveBeenCalled()
    tell({ kind: 'listening', port: 4711 })
    expect((await opening).port).toBe(4711)
  })

  it('takes requests that came before it was told that the thread listens', async () => {
    const answer = vi.fn<(wire: Wire) => void>()
    const { outlet, opening, tell } = start({ answer })
    outlet.putText(toApplication.request, 3, toText())
    tell({ kind: 'listening', port: 4711 })
    await opening
    expect(answer).toHaveBeenCalledOnce()
  })

  it('rejects with the reason of a thread that cannot listen, and ends it', async () => {
    const before = process.listenerCount('exit')
    const { opening, tell, thread } = start()
    const cause = new Error('listen EADDRINUSE')
    tell({ kind: 'refused', message: 'Cannot listen: in use', cause, details: { code: 'EADDRINUSE' } })
    await expect(opening).rejects.toMatchObject({
      message: 'Cannot listen: in use',
      cause: { message: 'listen EADDRINUSE', code: 'EADDRINUSE' },
    })
    expect([thread.isTerminated, process.listenerCount('exit')]).toEqual([true, before])
  })

  it.each([
    ['fails', 'error', new Error('no memory'), /no memory/],
    ['ends', 'exit', 1, /the thread has ended/],
  ])('rejects when the thread %s before it listens', async (_, event, value, message) => {
    const report = vi.fn<(error: unknown) => void>()
    const { opening, thread } = start({ report })
    thread.emit(event, value)
    await expect(opening).rejects.toThrow(message)
    expect(report).not.toHaveBeenCalled()
  })
})

describe('a listener of openThread, which closes', () => {
  it('asks the thread, waits for it, and ends it', async () => {
    const before = process.listenerCount('exit')
    const { listener, thread, tell } = await open()
    expect(process.listenerCount('exit')).toBe(Math.max(before, 1))
    const closing = listener.close(1234)
    expect(listener.close(1)).toBe(closing)
    // Who closes again may have less time.
    expect(thread.orders.filter((order) => order !== 0)).toMatchObject([
      { kind: 'close', grace: 1234 },
      { kind: 'close', grace: 1 },
    ])
    await nextTurn()
    expect(thread.isTerminated).toBe(false)
    tell({ kind: 'drained' })
    await closing
    expect(thread.isTerminated).toBe(true)
  })

  it('waits for replies that are still being closed when their connections are gone', async () => {
    const { listener, ask, tell, thread } = await open()
    const reply = ask(1)
    const hasClosed = vi.fn<() => void>()
    const closing = listener.close(1000).then(() => hasClosed())
    tell({ kind: 'drained' })
    await nextTurn()
    expect([hasClosed.mock.calls.length, thread.isTerminated]).toEqual([0, false])
    reply.wire.close(reply)
    await closing
    expect(thread.isTerminated).toBe(true)
  })

  it('takes the end of the thread for no fault', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { listener, tell, thread } = await open({ report })
    await closed(listener, tell)
    thread.emit('exit', 1)
    await nextTurn()
    expect(report).not.toHaveBeenCalled()
  })
})

describe('openThread, when something fails', () => {
  it('reports what goes wrong in the thread', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { tell } = await open({ report })
    const error = new Error('a fault')
    tell({ kind: 'fault', error })
    expect(report.mock.calls).toEqual([[error]])
  })

  const realImmediate = globalThis.setImmediate

  // What is thrown outside any promise ends a process; here it is called by the test, where it can be caught.
  function catchImmediates(): (() => void)[] {
    const callbacks: (() => void)[] = []
    vi.spyOn(globalThis, 'setImmediate').mockImplementation((callback: () => void) => {
      callbacks.push(callback)
      return realImmediate(() => {})
    })
    return callbacks
  }

  it('G4: tells every reply when the thread has died, reports it, and does not leave the process up deaf', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { ask, thread } = await open({ report })
    const [one, two] = [ask(1), ask(2)]
    const callbacks = catchImmediates()
    thread.emit('error', new Error('out of memory'))
    const reason = expect.objectContaining({
      code: 'SHUTTING_DOWN',
      message: expect.stringContaining('out of memory'),
    })
    expect([one.reasons, two.reasons]).toEqual([[reason], [reason]])
    expect(report.mock.calls).toEqual([
      [
        expect.objectContaining({
          message: 'Cannot serve any longer: the transmitter has stopped: out of memory',
        }),
      ],
    ])
    thread.emit('exit', 1)
    expect(report).toHaveBeenCalledOnce()
    await new Promise((resolve) => realImmediate(resolve))
    expect(callbacks).toHaveLength(1)
    expect(callbacks[0]).toThrow('Cannot serve any longer')
  })

  it('waits for bodies that are being closed before it throws, but not for ever', async () => {
    const { ask, thread } = await open()
    const reply = ask(1)
    reply.abort = () => {}
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const callbacks = catchImmediates()
    thread.emit('error', new Error('out of memory'))
    vi.advanceTimersByTime(999)
    await new Promise((resolve) => realImmediate(resolve))
    expect(callbacks).toEqual([])
    vi.advanceTimersByTime(1)
    await new Promise((resolve) => realImmediate(resolve))
    expect(callbacks).toHaveLength(1)
  })

  it('closes all the same when the thread dies meanwhile', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { listener, ask, thread } = await open({ report })
    const reply = ask(1)
    const closing = listener.close(1000)
    thread.emit('error', new Error('out of memory'))
    expect(reply.reasons).toHaveLength(1)
    await closing
    expect(report).not.toHaveBeenCalled()
  })
})
