import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { clientAwaited, firstBlockSent, replyClosed, requestRead } from '../delivery/channels.ts'
import { accessLog, type AccessLogOptions } from './access-log.ts'
import type { Watching } from './watched-replies.ts'

let log: Watching | undefined

beforeEach(() => void vi.useFakeTimers())

afterEach(() => {
  log?.stop()
  vi.useRealTimers()
})

function open(options: AccessLogOptions = {}) {
  const lines: { level: string; message: string; fields: object }[] = []
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: JSON.parse(JSON.stringify(fields)) })
  log = accessLog({ info: write('info'), warn: write('warn'), error: write('error') }, options)
  return lines
}

function begin(target = '/', fields: Record<string, string> = {}) {
  const context = createContext('GET', target, fields)
  const reply = { progress: { bytes: 5, blocks: 2 }, requestField: (name: string) => fields[name] }
  const request = { method: 'GET', path: context.path, route: '/', protocol: 'HTTP/1.1', context }
  requestRead.publish({ reply, ...request, remoteAddress: '127.0.0.1', startedAt: performance.now() })
  const close = (kind: string) =>
    replyClosed.publish({
      reply,
      outcome: { kind, bytes: 5, blocks: 2, error: new Error('expected') },
      errors: [],
      status: 200,
      route: '/',
      context,
    })
  return { reply, close }
}

describe('accessLog', () => {
  it('writes what is known and when', () => {
    const lines = open({ requestId: { generate: () => 'id' } })
    const { reply, close } = begin()
    vi.advanceTimersByTime(2)
    firstBlockSent.publish({ reply })
    vi.advanceTimersByTime(3)
    clientAwaited.publish({ reply })
    vi.advanceTimersByTime(10)
    close('complete')
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'reply complete',
        fields: {
          outcome: 'complete',
          method: 'GET',
          path: '/',
          route: '/',
          status: 200,
          protocol: 'HTTP/1.1',
          remoteAddress: '127.0.0.1',
          bytes: 5,
          blocks: 2,
          firstBlockMs: 2,
          durationMs: 15,
          longestWaitMs: 10,
          requestId: 'id',
        },
      },
    ])
  })

  it.each([
    ['complete', 'info'],
    ['client-gone', 'info'],
    ['shutdown', 'warn'],
    ['refused', 'error'],
    ['failed', 'error'],
  ])('writes of a reply that is %s with %s', (kind, level) => {
    const lines = open()
    begin().close(kind)
    expect(lines).toMatchObject([{ level, fields: { outcome: kind } }])
  })

  it('writes with the level that it is told, or not at all', () => {
    const lines = open({ levels: { complete: false, 'client-gone': 'warn' } })
    begin().close('complete')
    begin().close('client-gone')
    expect(lines).toMatchObject([{ level: 'warn', fields: { outcome: 'client-gone' } }])
  })

  it.each([
    [false, undefined],
    [true, 'a=1&token=x+y'],
    [['a'], 'a=1'],
    [['b'], undefined],
  ])('with query %j, writes %j of it', (query, expected) => {
    const lines = open({ query })
    begin('/?a=1&token=x%20y').close('complete')
    expect(Reflect.get(lines[0]?.fields ?? {}, 'query')).toBe(expected)
  })

  it('writes the user agent where it is wanted, and no number where none is', () => {
    const lines = open({ userAgent: true, requestId: false })
    begin('/', { 'user-agent': 'me' }).close('complete')
    expect(lines[0]?.fields).toMatchObject({ userAgent: 'me' })
    expect(lines[0]?.fields).not.toHaveProperty('requestId')
  })

  it('writes of replies in flight that are as old as the interval, each time', () => {
    const lines = open({ progress: { every: 100 }, requestId: { generate: () => 'id' } })
    const { reply, close } = begin()
    vi.advanceTimersByTime(60)
    const young = begin()
    vi.advanceTimersByTime(40)
    expect(lines).toMatchObject([
      { message: 'reply in flight', fields: { bytes: 5, blocks: 2, durationMs: 100 } },
    ])
    clientAwaited.publish({ reply })
    young.close('complete')
    vi.advanceTimersByTime(100)
    expect(lines.at(-1)?.fields).toMatchObject({ durationMs: 200, waitingMs: 100, requestId: 'id' })
    close('complete')
    const { length } = lines
    vi.advanceTimersByTime(500)
    expect(lines).toHaveLength(length)
  })

  it('writes no more of replies in flight when it is stopped', () => {
    const lines = open({ progress: { every: 100 } })
    begin()
    log?.stop()
    vi.advanceTimersByTime(500)
    expect(lines).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses an interval that is none', () => {
    expect(() => open({ progress: { every: 0 } })).toThrow(RangeError)
    expect(requestRead.hasSubscribers).toBe(false)
  })
})
