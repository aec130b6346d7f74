import { afterEach, describe, expect, it, vi } from 'vitest'
import { closed, nextTurn, openFakeThread, toText } from '../../../test/support/open-fake-thread.ts'
import { ClientGone, ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { Wire } from '../wire.ts'
import type { RefusedRequest } from '../moments/tell-refused.ts'
import { formatRefused, toApplication } from './records.ts'

vi.mock('node:worker_threads', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  Worker: (await import('../../../test/support/fake-thread.ts')).FakeThread,
}))

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('openThread, which takes requests', () => {
  it('gives each a wire that knows the request', async () => {
    const { ask } = await openFakeThread()
    const { wire } = ask(5, { method: 'PUT', target: '/a', isNext: false })
    expect([wire.method, wire.isNext]).toEqual(['PUT', false])
    expect(wire.readRequest()).toMatchObject({ target: '/a', transport: { delivery: 'turn' } })
  })

  it('gives one that was refused a wire that says why', async () => {
    const { outlet, deliver, replies } = await openFakeThread()
    outlet.putText(toApplication.refused, 5, `413\nCannot take it\n${toText({ method: 'PUT' })}`)
    deliver()
    const [reply] = replies
    expect(reply?.wire.method).toBe('PUT')
    expect(() => reply?.wire.readRequest()).toThrow(new HttpError(413, 'Cannot take it'))
  })

  it('tells of one that the transmitter has answered for a limit, and answers nothing itself', async () => {
    const refused = vi.fn<(request: RefusedRequest) => void>()
    const { outlet, deliver, replies } = await openFakeThread({ refused })
    const request: RefusedRequest = {
      method: 'GET',
      target: '/',
      version: '1.1',
      remoteAddress: '127.0.0.1',
      fields: [],
      status: 429,
      bytes: 22,
      ending: 'complete',
    }
    outlet.offerText(toApplication.limited, 0, formatRefused(request))
    deliver()
    expect(refused.mock.calls).toEqual([[request]])
    expect(replies).toEqual([])
  })

  it('G1: answers those of one reading one after the other, each with its microtasks', async () => {
    const log: string[] = []
    const answer = (wire: Wire) => {
      const { target } = wire.readRequest()
      log.push(target)
      void Promise.resolve().then(() => log.push(`${target} later`))
    }
    const { request, deliver } = await openFakeThread({ answer })
    for (const id of [1, 2, 3]) request(id, { target: `/${id}` })
    deliver()
    expect(log).toEqual(['/1'])
    await nextTurn()
    expect(log).toEqual(['/1', '/1 later', '/2', '/2 later', '/3', '/3 later'])
  })

  it('G10: does not call the handler of a client that has left by then, and forgets it', async () => {
    const { request, deliver, outlet, replies, read, ping, listener, tell } = await openFakeThread()
    for (const id of [1, 2, 3]) request(id)
    outlet.putSignal(toApplication.gone, 2)
    deliver()
    await nextTurn()
    expect(replies).toHaveLength(2)
    ping()
    expect(read()).toMatchObject([{ name: 'release', id: 2 }, { name: 'pong' }])
    for (const reply of replies) reply.wire.close(reply)
    await closed(listener, tell)
  })

  it('reads on when an answer throws: the others are not deaf', async () => {
    const answer = vi.fn<(wire: Wire) => void>()
    answer.mockImplementationOnce(() => {
      throw new Error('a fault of millrace')
    })
    const { request, deliver } = await openFakeThread({ answer })
    request(1)
    expect(deliver).toThrow('a fault of millrace')
    await nextTurn()
    request(2)
    deliver()
    expect(answer).toHaveBeenCalledTimes(2)
  })

  it('answers at once when it is asked whether it is alive', async () => {
    const { ping, read } = await openFakeThread()
    ping()
    expect(read()).toEqual([{ name: 'pong', id: 0, bytes: Buffer.alloc(0) }])
  })

  it('releases the number of a request when it is over, and takes it for another', async () => {
    const { ask, ping, read } = await openFakeThread()
    const first = ask(7, { target: '/first' })
    first.wire.close(first)
    ping()
    expect(read()).toMatchObject([{ name: 'release', id: 7 }, { name: 'pong' }])
    expect(ask(7, { target: '/second' }).wire.readRequest().target).toBe('/second')
  })

  it('ignores what comes for a number that is over', async () => {
    const { ask, outlet, deliver, ping, read } = await openFakeThread()
    const reply = ask(7)
    reply.wire.close(reply)
    outlet.putSignal(toApplication.gone, 7)
    outlet.putNumber(toApplication.credit, 7, 5)
    outlet.putNumber(toApplication.ended, 8, 5)
    deliver()
    ping()
    expect([reply.reasons, read().map(({ name }) => name)]).toEqual([[], ['release', 'pong']])
  })

  it.each([
    ['gone', toApplication.gone, ClientGone],
    ['slow', toApplication.slow, TooSlow],
    ['shutdown', toApplication.shutdown, ShuttingDown],
    ['stalled', toApplication.stalled, ShuttingDown],
  ])('G10: tells a reply that it is broken off (%s)', async (_, type, Reason) => {
    const { ask, outlet, deliver } = await openFakeThread()
    const [one, other] = [ask(1), ask(2)]
    outlet.putSignal(type, 1)
    deliver()
    expect([one.reasons, other.reasons]).toEqual([[expect.any(Reason)], []])
  })
})

describe('openThread, of a request', () => {
  it('gives its body a copy of each piece, and the end', async () => {
    const { ask, outlet, deliver, read } = await openFakeThread()
    const body = ask(1, { method: 'PUT' }).wire.readRequest().body()?.getReader()
    const pieces: unknown[] = []
    for (const text of ['one', 'two']) {
      const reading = body?.read()
      await nextTurn()
      expect(read().map(({ name }) => name)).toEqual(['read'])
      outlet.putText(toApplication.body, 1, text)
      deliver()
      pieces.push((await reading)?.value)
      const { bytes } = outlet.writer
      bytes.fill('x', bytes.indexOf(text), bytes.indexOf(text) + text.length)
    }
    // The memory of the ring was used again meanwhile.
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
    const { ask, outlet, deliver } = await openFakeThread()
    const reading = ask(1, { method: 'PUT' }).wire.readRequest().body()?.getReader().read()
    const failed = reading?.catch((reason: unknown) => reason)
    await nextTurn()
    outlet.putText(toApplication.bodyFailed, 1, text)
    deliver()
    expect(await failed).toEqual(error)
  })

  it('tells it of its turn, and of its end', async () => {
    const { ask, outlet, deliver, read } = await openFakeThread()
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
    const { ask, outlet, deliver, read } = await openFakeThread()
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

  it('loses nothing of whole replies where the ring was full', async () => {
    const { ask, read } = await openFakeThread()
    const ids = Array.from({ length: 60 }, (_, index) => index + 1)
    for (const id of ids) {
      const { wire } = ask(id)
      const framing = { kind: 'length', bytes: 100_000 } as const
      wire.writeHead({ status: 200, reason: '', fields: [], framing, stays: true })
      wire.end(Buffer.alloc(100_000, id), () => {})
    }
    const taken = read()
    expect(taken.map(({ name, id }) => [name, id])).toEqual(ids.map((id) => ['whole', id]))
    for (const { id, bytes } of taken) {
      expect(bytes.subarray(-100_000).every((byte) => byte === id)).toBe(true)
    }
  })
})
