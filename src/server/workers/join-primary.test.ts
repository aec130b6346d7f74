import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CloseReport, sumReports } from '../drain/close-report.ts'
import type { ServingListener } from '../drain/draining-listener.ts'
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
  vi.spyOn(toPrimary, 'leave').mockImplementation((report) => void told.push(report))
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

const report: CloseReport = { ...sumReports([]), ended: 3 }

type Close = ServingListener['close']

function createListener(): ServingListener & { close: ReturnType<typeof vi.fn<Close>> } {
  return { port: 80, close: vi.fn<Close>(async () => report), abort: () => {} }
}

describe('joinPrimary', () => {
  it('listens on the socket of the primary, and tells it', async () => {
    const open = vi.fn<(fd: number) => Promise<ServingListener>>(async () => createListener())
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
    const open = vi.fn<(fd: number) => Promise<ServingListener>>()
    await expect(joinPrimary(open)).rejects.toThrow('the process that has started this worker has gone')
    expect(open).not.toHaveBeenCalled()
  })

  it('closes as it is told, and leaves once, with its report', async () => {
    const inner = createListener()
    const listener = await joinPrimary(async () => inner)
    heard.get('message')?.({ millrace: 'close', grace: 5, linger: 7 })
    expect(await listener.close(9)).toBe(report)
    expect(inner.close.mock.calls).toEqual([[5, 7], [9]])
    expect(told).toEqual([{ millrace: 'listening' }, report])
  })

  it('closes sooner when it is told so while it drains', async () => {
    const inner = createListener()
    const listener = await joinPrimary(async () => inner)
    heard.get('message')?.({ millrace: 'close', grace: 60_000, linger: 1000 })
    heard.get('message')?.({ millrace: 'close', grace: 0, linger: 0 })
    // It has left then, and not when `leave` is the real one again, which would end this process.
    await listener.close(1)
    expect(inner.close.mock.calls).toEqual([[60_000, 1000], [0, 0], [1]])
  })

  it('says that it leaves by itself before it closes', async () => {
    const listener = await joinPrimary(async () => createListener())
    await listener.close(9)
    expect(told).toEqual([{ millrace: 'listening' }, { millrace: 'leaving' }, report])
  })
})

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('joinPrimary, reload', () => {
  const tls = { key: '', cert: '', minVersion: 'TLSv1.2', handshakeTimeout: 1, http2: true } as const

  it('has the certificate that the primary sends, and says so', async () => {
    const reloadTls = vi.fn<(plan: unknown) => Promise<void>>(async () => {})
    await joinPrimary(async () => ({ ...createListener(), reloadTls }))
    heard.get('message')?.({ millrace: 'reload', tls })
    while (told.length < 2) await nextTurn()
    expect(reloadTls).toHaveBeenCalledExactlyOnceWith(tls)
    expect(told).toEqual([{ millrace: 'listening' }, { millrace: 'reloaded' }])
  })

  it('says why it cannot have it', async () => {
    const reloadTls = () => Promise.reject(new Error('no paper'))
    await joinPrimary(async () => ({ ...createListener(), reloadTls }))
    heard.get('message')?.({ millrace: 'reload', tls })
    while (told.length < 2) await nextTurn()
    expect(told.at(-1)).toEqual({ millrace: 'reloaded', error: 'no paper' })
  })

  it('has one that its own process gives it', async () => {
    const reloadTls = vi.fn<(plan: unknown) => Promise<void>>(async () => {})
    const listener = await joinPrimary(async () => ({ ...createListener(), reloadTls }))
    await listener.reloadTls?.(tls)
    expect(reloadTls).toHaveBeenCalledExactlyOnceWith(tls)
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
