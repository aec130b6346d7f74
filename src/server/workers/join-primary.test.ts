import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Listener } from '../listener.ts'
import { joinPrimary, SOCKET_FD } from './join-primary.ts'
import { toPrimary } from './to-primary.ts'
import { watchWorker } from './watch-worker.ts'

// This process is one of the test runner's, whose channel must not be used.
type Hear = (message: unknown) => void
const told: unknown[] = []
const heard = new Map<string | symbol, Hear>()
let isConnected = true

beforeEach(() => {
  told.length = 0
  vi.spyOn(toPrimary, 'tell').mockImplementation((message) => void told.push(message))
  vi.spyOn(toPrimary, 'leave').mockImplementation(() => void told.push('leave'))
  vi.spyOn(process, 'connected', 'get').mockImplementation(() => isConnected)
  vi.spyOn(process, 'on').mockImplementation((name, hear) => {
    heard.set(name, hear)
    return process
  })
})

afterEach(() => {
  isConnected = true
  vi.restoreAllMocks()
})

function createListener(): Listener & { close: ReturnType<typeof vi.fn<Listener['close']>> } {
  return { port: 80, close: vi.fn<Listener['close']>(async () => {}) }
}

describe('joinPrimary', () => {
  it('listens on the socket of the primary, and tells it', async () => {
    const open = vi.fn<(fd: number) => Promise<Listener>>(async () => createListener())
    expect((await joinPrimary(open)).port).toBe(80)
    expect(open).toHaveBeenCalledExactlyOnceWith(SOCKET_FD)
    expect(told).toEqual([{ millrace: 'listening' }])
  })

  it('tells the primary why it cannot listen', async () => {
    await expect(joinPrimary(() => Promise.reject(new Error('no paper')))).rejects.toThrow('no paper')
    expect(told).toEqual([{ millrace: 'fault', text: 'no paper' }])
  })

  it('does not listen where the primary has gone', async () => {
    isConnected = false
    const open = vi.fn<(fd: number) => Promise<Listener>>()
    await expect(joinPrimary(open)).rejects.toThrow('the process that has started this worker has gone')
    expect(open).not.toHaveBeenCalled()
  })

  it('closes as it is told, once, and leaves', async () => {
    const inner = createListener()
    const listener = await joinPrimary(async () => inner)
    heard.get('message')?.({ millrace: 'close', grace: 5, linger: 7 })
    await listener.close(9)
    expect(inner.close).toHaveBeenCalledExactlyOnceWith(5, 7)
    expect(told).toEqual([{ millrace: 'listening' }, 'leave'])
  })

  it('closes sooner when it is told so while it drains', async () => {
    const inner = createListener()
    const listener = await joinPrimary(async () => inner)
    heard.get('message')?.({ millrace: 'close', grace: 60_000, linger: 1000 })
    heard.get('message')?.({ millrace: 'close', grace: 0, linger: 0 })
    // It has left then, and not when `leave` is the real one again, which would end this process.
    await listener.close(1)
    expect(inner.close.mock.calls).toEqual([
      [60_000, 1000],
      [0, 0],
    ])
  })

  it('says that it leaves by itself before it closes', async () => {
    const listener = await joinPrimary(async () => createListener())
    await listener.close(9)
    expect(told).toEqual([{ millrace: 'listening' }, { millrace: 'leaving' }, 'leave'])
  })
})

describe('watchWorker', () => {
  it('tells what the script fails of, and what it starts does not watch', () => {
    const { execArgv } = process
    process.execArgv = ['--a', '--import', new URL('watch-worker.ts', import.meta.url).href, '--b']
    watchWorker()
    // The channel of the test runner keeps this process alive.
    process.channel?.ref()
    expect(process.execArgv).toEqual(['--a', '--b'])
    process.execArgv = execArgv
    heard.get('uncaughtExceptionMonitor')?.(new Error('no paper'))
    expect(told).toEqual([{ millrace: 'fault', text: expect.stringMatching(/^Error: no paper\n/) }])
  })
})
