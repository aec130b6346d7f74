import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { ClientGone, ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import { HttpError } from '../../reply/http-error.ts'
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
  return { ...opened, listener, replies, request, ask }
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

describe('openThread, which takes requests', () => {
  it('gives each a wire that knows the request', async () => {
    const { ask } = await open()
    const { wire } = ask(5, { method: 'PUT', target: '/a', isNext: false })
    expect([wire.method, wire.isNext]).toEqual(['PUT', false])
    expect(wire.readRequest()).toMatchObject({ target: '/a', transport: { delivery: 'turn' } })
  })

  it('gives one that was refused a wire that says why', async () => {
    const { outlet, deliver, replies } = await open()
    outlet.putText(toApplication.refused, 5, `413\nCannot take it\n${toText({ method: 'PUT' })}`)
    deliver()
    const [reply] = replies
    expect(reply?.wire.method).toBe('PUT')
    expect(() => reply?.wire.readRequest()).toThrow(new HttpError(413, 'Cannot take it'))
  })

  it('G1: answers those of one reading one after the other, each with its microtasks', async () => {
    const log: string[] = []
    const answer = (wire: Wire) => {
      const { target } = wire.readRequest()
      log.push(target)
      void Promise.resolve().then(() => log.push(`${target} later`))
    }
    const { request, deliver } = await open({ answer })
    for (const id of [1, 2, 3]) request(id, { target: `/${id}` })
    deliver()
    expect(log).toEqual(['/1'])
    await nextTurn()
    expect(log).toEqual(['/1', '/1 later', '/2', '/2 later', '/3', '/3 later'])
  })

  it('G10: does not call the handler of a client that has left by then, and forgets it', async () => {
    const { request, deliver, outlet, replies, read, listener, tell } = await open()
    for (const id of [1, 2, 3]) request(id)
    outlet.putSignal(toApplication.gone, 2)
    deliver()
    await nextTurn()
    expect(replies).toHaveLength(2)
    expect(read()).toEqual([{ name: 'release', id: 2, bytes: Buffer.alloc(0) }])
    for (const reply of replies) reply.wire.close(reply)
    await closed(listener, tell)
  })

  it('reads on when an answer throws: the others are not deaf', async () => {
    const answer = vi.fn<(wire: Wire) => void>()
    answer.mockImplementationOnce(() => {
      throw new Error('a fault of millrace')
    })
    const { request, deliver } = await open({ answer })
    request(1)
    expect(deliver).toThrow('a fault of millrace')
    await nextTurn()
    request(2)
    deliver()
    expect(answer).toHaveBeenCalledTimes(2)
  })

  it('answers at once when it is asked whether it is alive', async () => {
    const { outlet, deliver, read } = await open()
    outlet.putSignal(toApplication.ping, 0)
    deliver()
    expect(read()).toEqual([{ name: 'pong', id: 0, bytes: Buffer.alloc(0) }])
  })

  it('releases the number of a request when it is over, and takes it for another', async () => {
    const { ask, read } = await open()
    const first = ask(7, { target: '/first' })
    first.wire.close(first)
    expect(read()).toEqual([{ name: 'release', id: 7, bytes: Buffer.alloc(0) }])
    expect(ask(7, { target: '/second' }).wire.readRequest().target).toBe('/second')
  })

  it('ignores what comes for a number that is over', async () => {
    const { ask, outlet, deliver, read } = await open()
    const reply = ask(7)
    reply.wire.close(reply)
    outlet.putSignal(toApplication.gone, 7)
    outlet.putNumber(toApplication.credit, 7, 5)
    outlet.putNumber(toApplication.ended, 8, 5)
    deliver()
    expect([reply.reasons, read().length]).toEqual([[], 1])
  })

  it.each([
    ['gone', toApplication.gone, ClientGone],
    ['slow', toApplication.slow, TooSlow],
    ['shutdown', toApplication.shutdown, ShuttingDown],
    ['stalled', toApplication.stalled, ShuttingDown],
  ])('G10: tells a reply that it is broken off (%s)', async (_, type, Reason) => {
    const { ask, outlet, deliver } = await open()
    const [one, other] = [ask(1), ask(2)]
    outlet.putSignal(type, 1)
    deliver()
    expect([one.reasons, other.reasons]).toEqual([[expect.any(Reason)], []])
  })
})

describe('openThread, of a request', () => {
  it('gives its body a copy of each piece, and the end', async () => {
    const { ask, outlet, deliver, read } = await open()
    const body = ask(1, { method: 'PUT' }).wire.readRequest().body()?.getReader()
    const pieces: unknown[] = []
    for (const text of ['one', 'two']) {
      const reading = body?.read()
      await nextTurn()
      expect(read().map(({ name }) => name)).toEqual(['read'])
      outlet.putText(toApplication.body, 1, text)
      deliver()
      pieces.push((await reading)?.value)
    }
    // The ring has been used again meanwhile.
    expect(pieces.map(String)).toEqual(['one', 'two'])
    const last = body?.read()
    await nextTurn()
    outlet.putSignal(toApplication.bodyEnd, 1)
    deliver()
    expect(await last).toEqual({ done: true, value: undefined })
  })

  it.each([
    ['413\nCannot take it', new HttpError(413, 'Cannot take it')],
    ['\nhas left', new ClientGone('has left')],
  ])('fails its body with what the transmitter has told: %j', async (text, error) => {
    const { ask, outlet, deliver } = await open()
    const reading = ask(1, { method: 'PUT' }).wire.readRequest().body()?.getReader().read()
    const failed = expect(reading).rejects.toThrow(error)
    await nextTurn()
    outlet.putText(toApplication.bodyFailed, 1, text)
    deliver()
    await failed
  })

  it('tells it of its turn, and of its end', async () => {
    const { ask, outlet, deliver, read } = await open()
    const { wire } = ask(1, { isNext: false })
    const next = vi.fn<() => void>()
    wire.whenNext(next)
    outlet.putSignal(toApplication.next, 1)
    deliver()
    expect([wire.isNext, next.mock.calls.length]).toEqual([true, 1])
    const ended = vi.fn<() => void>()
    const framing = { kind: 'none' } as const
    wire.writeHead({ status: 204, reason: '', fields: [], framing, stays: true })
    wire.end(undefined, ended)
    expect(read().map(({ name }) => name)).toEqual(['whole'])
    outlet.putNumber(toApplication.ended, 1, 0)
    deliver()
    expect(ended).toHaveBeenCalledOnce()
  })

  it('G2: goes on when credit comes, and where the ring was full, when there is room', async () => {
    const { ask, outlet, deliver, read } = await open()
    const size = 2_000_000
    const sinks = [1, 2, 3, 4].map((id) => {
      const framing = { kind: 'length', bytes: size } as const
      const head = { status: 200, reason: '', fields: [], framing, stays: true }
      const { wire } = ask(id)
      const sink = wire.toSink({ frame: () => framing, write: () => wire.writeHead(head) })
      sink.commit(framing)
      sink.write(Buffer.alloc(size, String(id)))
      return sink
    })
    const sizes = new Map<number, number>()
    while (sinks.some(({ held }) => held)) {
      const taken = read().filter(({ name }) => name === 'data' || name === 'piece')
      expect(taken.length).toBeGreaterThan(0)
      for (const { id, bytes } of taken) {
        expect(bytes.every((byte) => byte === 48 + id)).toBe(true)
        sizes.set(id, (sizes.get(id) ?? 0) + bytes.byteLength)
        outlet.putNumber(toApplication.credit, id, bytes.byteLength)
      }
      deliver()
    }
    for (const { id, bytes } of read()) sizes.set(id, (sizes.get(id) ?? 0) + bytes.byteLength)
    expect([...sizes.values()]).toEqual([size, size, size, size])
  })
})

describe('a listener of openThread, which closes', () => {
  it('asks the thread, waits for it, and ends it', async () => {
    const before = process.listenerCount('exit')
    const { listener, thread, tell } = await open()
    expect(process.listenerCount('exit')).toBe(Math.max(before, 1))
    const closing = listener.close(1234)
    expect(listener.close(1)).toBe(closing)
    expect(thread.orders.filter((order) => order !== 0)).toEqual([{ kind: 'close', grace: 1234 }])
    await nextTurn()
    expect(thread.isTerminated).toBe(false)
    tell({ kind: 'drained' })
    await closing
    expect(thread.isTerminated).toBe(true)
  })

  it('waits for replies that are still being closed when their connections are gone', async () => {
    const { listener, ask, tell, thread } = await open()
    const reply = ask(1)
    const done = vi.fn<() => void>()
    const closing = listener.close(1000).then(done)
    tell({ kind: 'drained' })
    await nextTurn()
    expect([done.mock.calls.length, thread.isTerminated]).toEqual([0, false])
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

describe('openThread with a thread', () => {
  beforeEach(() => {
    threads.isReal = true
  })

  it('serves until it is closed; then the thread has ended', async () => {
    const listener = await openThread(
      toPlan({
        answer: (wire) => {
          const { target } = wire.readRequest()
          wire.sendPlain(`caf\u00e9 ${target}`, true)
          wire.close(new Noted(wire))
        },
      }),
    )
    const client = new RawClient(listener.port)
    for (const target of ['/one', '/two']) {
      client.get(target)
      expect((await client.reply()).text).toBe(`caf\u00e9 ${target}`)
    }
    const ended = once(threads.real.at(-1) ?? noThread(), 'exit')
    await listener.close(60_000)
    await ended
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })

  it('leaves no thread behind when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const opening = openThread(toPlan({ port }))
    const ended = once(threads.real.at(-1) ?? noThread(), 'exit')
    await expect(opening).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } })
    await ended
  })
})

function noThread(): never {
  throw new Error('Cannot wait for a thread: none was started')
}
