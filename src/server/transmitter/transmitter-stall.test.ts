import { afterEach, describe, expect, it, vi } from 'vitest'
import { putHead, putPlain, setUpTransmitter } from '../../../test/support/set-up-transmitter.ts'
import type { Listener } from '../listener.ts'
import { formatHead, toTransmitter } from '../thread/records.ts'

// Whichever: a worker's socket has a number.
const SOCKET_FD = 4

const printed = vi.hoisted((): string[] => [])

// What goes to the standard error of the process, past its streams.
vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  writeSync: (_: number, text: string) => void printed.push(text),
}))

// A socket that this process has bound itself would be closed twice.
vi.mock('../port/open-port.ts', async (importOriginal) => {
  const { openPort } = await importOriginal<{ openPort: (plan: object) => Promise<Listener> }>()
  return { openPort: (plan: object) => openPort({ ...plan, fd: undefined }) }
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  printed.length = 0
})

describe('Transmitter of an application that does not answer', () => {
  async function setUpWatched(more: { fd?: number } = {}) {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const opened = await setUpTransmitter({ maxStall: 400, ...more })
    return opened
  }

  it('asks it only while somebody waits', async () => {
    const { connect, ask, application, outlet } = await setUpWatched()
    vi.advanceTimersByTime(5000)
    const client = connect()
    const id = await ask(client)
    expect(application.told).toEqual([])
    vi.advanceTimersByTime(100)
    await application.until('ping')
    outlet.putSignal(toTransmitter.pong, 0)
    putPlain(outlet, id, 'text')
    expect((await client.reply()).text).toBe('text')
    expect(printed).toEqual([])
  })

  it('breaks its replies off after `maxStall`, refuses more, and serves again when it answers', async () => {
    const { connect, ask, application, outlet } = await setUpWatched()
    const [one, two, three] = [connect(), connect(), connect()]
    const [first, second] = [await ask(one), await ask(two)]
    putHead(outlet, first)
    outlet.putText(toTransmitter.data, first, 'a')
    await one.untilChunk('a')
    vi.advanceTimersByTime(100 + 399)
    expect(printed).toEqual([])
    vi.advanceTimersByTime(1)
    expect(printed).toEqual(['millrace: the application has not answered for 400 ms: 2 replies broken off\n'])
    expect(await one.toEnd()).toEqual({ text: '', how: 'end' })
    expect((await two.reply()).status).toBe(503)
    three.get('/')
    expect((await three.reply()).status).toBe(503)
    vi.advanceTimersByTime(100)
    outlet.putSignal(toTransmitter.pong, 0)
    const { error } = await application.notice('fault')
    expect(error).toMatchObject({
      message: expect.stringContaining('after 500 ms, and 2 replies were broken off'),
    })
    expect([(await application.until('stalled')).id, (await application.until('stalled')).id]).toEqual([
      first,
      second,
    ])
    const four = connect()
    putPlain(outlet, await ask(four), 'again')
    expect((await four.reply()).text).toBe('again')
  })

  it('takes an answer that is in the ring for one, though it has not woken up yet', async () => {
    const { connect, ask, outlet } = await setUpWatched()
    const client = connect()
    const id = await ask(client)
    vi.advanceTimersByTime(100)
    outlet.putSignal(toTransmitter.pong, 0)
    // In one go: no message of the port comes between.
    vi.advanceTimersByTime(400)
    expect(printed).toEqual([])
    putPlain(outlet, id, 'text')
    expect((await client.reply()).text).toBe('text')
  })

  it('ends the process of a worker when that lasts, and what is left then does not look complete', async () => {
    const ended = Promise.withResolvers<unknown[]>()
    vi.spyOn(process, 'kill').mockImplementation((...given) => {
      ended.resolve(given)
      return true
    })
    const { connect, ask, application, outlet } = await setUpWatched({ fd: SOCKET_FD })
    const [client, other] = [connect(), connect()]
    const second = await ask(other)
    client.getOld('/')
    const { id } = await application.until('request')
    client.socket.pause()
    const framing = { kind: 'close' } as const
    outlet.putText(
      toTransmitter.head,
      id,
      formatHead({ status: 200, reason: '', fields: [], framing, stays: false }),
    )
    // More than the system takes for a client that does not read.
    for (let sent = 0; sent < 1000; sent++) outlet.putBytes(toTransmitter.data, id, Buffer.alloc(16_384, 'a'))
    outlet.putText(toTransmitter.end, id, '')
    // Behind all of it.
    putPlain(outlet, second, 'text')
    await other.reply()
    vi.advanceTimersByTime(100 + 799)
    expect(printed).toEqual(['millrace: the application has not answered for 400 ms: 0 replies broken off\n'])
    vi.advanceTimersByTime(1)
    expect(printed[1]).toBe('millrace: the application has not answered for 800 ms: this process ends\n')
    expect(await ended.promise).toEqual([process.pid, 'SIGKILL'])
    client.socket.resume()
    expect((await client.toEnd()).how).toBe('reset')
  })

  it('ends no process that nobody replaces', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const { connect, ask, application, outlet } = await setUpWatched()
    const client = connect()
    await ask(client)
    vi.advanceTimersByTime(100 + 4000)
    expect((await client.reply()).status).toBe(503)
    outlet.putSignal(toTransmitter.pong, 0)
    await application.notice('fault')
    expect([printed.length, kill.mock.calls.length]).toEqual([1, 0])
  })
})
