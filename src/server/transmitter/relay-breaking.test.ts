import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  gather,
  type OpenedRelay,
  openGet,
  openStream,
  overfill,
  takeEnd,
  takeHead,
} from '../../../test/support/set-up-relay.ts'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import { toTransmitter } from '../thread/records.ts'
import type { Relay } from './relay.ts'

afterEach(() => void vi.useRealTimers())

function takeAbort(relay: Relay, how: 'now' | 'drained'): void {
  relay.take(toTransmitter.abort, Buffer.from(how))
}

function takeBeat(relay: Relay, every: number, frame: string): void {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(every)
  relay.take(toTransmitter.beat, Buffer.concat([size, Buffer.from(frame)]))
}

describe('Relay, which sends heartbeats', () => {
  const beat = '2\r\n:\n\r\n'

  async function openBeating(): Promise<OpenedRelay & { relay: Relay }> {
    const opened = await openStream()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    takeBeat(opened.relay, 1000, ':\n')
    return opened
  }

  it('sends one after each silence, and tells at the end how many', async () => {
    const { relay, client, inbox } = await openBeating()
    for (const _round of [1, 2]) {
      vi.advanceTimersByTime(999)
      gather(relay, 'a')
      relay.flush()
      vi.advanceTimersByTime(999)
      await client.until('1\r\na\r\n')
      vi.advanceTimersByTime(1)
      expect(await client.until(beat)).toBe(beat)
    }
    takeEnd(relay)
    relay.flush()
    expect((await inbox.until('ended')).readUIntLE(0, 6)).toBe(2)
    vi.advanceTimersByTime(10_000)
    expect(await client.until('0\r\n\r\n')).toBe('0\r\n\r\n')
  })

  it('sends none inside a block', async () => {
    const { relay, client } = await openBeating()
    gather(relay, 'abc')
    relay.isInside = true
    relay.flush()
    vi.advanceTimersByTime(5000)
    gather(relay, 'def')
    relay.isInside = false
    relay.flush()
    expect(await client.until('def\r\n')).toBe('3\r\nabc\r\n3\r\ndef\r\n')
    vi.advanceTimersByTime(1000)
    expect(await client.until(beat)).toBe(beat)
  })

  it('sends none before the head', async () => {
    const { relay, client } = await openGet()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    takeBeat(relay, 1000, beat)
    vi.advanceTimersByTime(5000)
    takeHead(relay)
    relay.flush()
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 200/)
    expect(client.received).toBe('')
    vi.advanceTimersByTime(1000)
    expect(await client.until(beat)).toBe(beat)
  })

  it('G2: sends none to a client that does not read', async () => {
    const { relay, client, inbox } = await openBeating()
    client.pause()
    overfill(relay)
    vi.advanceTimersByTime(5000)
    client.resume()
    takeEnd(relay)
    relay.flush()
    expect((await inbox.until('ended')).readUIntLE(0, 6)).toBe(0)
  })

  it('sends none when the reply is over', async () => {
    const { relay, client } = await openBeating()
    takeAbort(relay, 'now')
    vi.advanceTimersByTime(5000)
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('Relay, broken off', () => {
  it('G4: by the application, after what it was given', async () => {
    const { relay, client, closed } = await openStream()
    gather(relay, 'last')
    takeAbort(relay, 'drained')
    relay.flush()
    expect(await client.toEnd()).toEqual({ text: '4\r\nlast\r\n', how: 'end' })
    expect(closed).toHaveBeenCalledOnce()
  })

  it('G4: by the application, after all that a slow client has yet to read', async () => {
    const { relay, client } = await openStream()
    client.pause()
    const size = overfill(relay)
    takeAbort(relay, 'drained')
    relay.flush()
    client.resume()
    const { text, how } = await client.toEnd()
    // All but the chunk that would end it.
    expect([text.replaceAll(/10000\r\n|\r\n/g, '').length, how]).toEqual([size, 'end'])
    expect(text.endsWith('x\r\n')).toBe(true)
  })

  it('by the application at once, without what was gathered', async () => {
    const { relay, client, closed } = await openStream()
    gather(relay, 'never')
    takeAbort(relay, 'now')
    relay.flush()
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    expect(closed).toHaveBeenCalledOnce()
  })

  it('G4: resets a body that would end with the connection', async () => {
    const { relay, client } = await openStream({ framing: { kind: 'close' } })
    gather(relay, 'abc')
    relay.flush()
    await client.until('abc')
    takeAbort(relay, 'drained')
    relay.flush()
    expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
  })

  it.each(['now', 'drained'] as const)(
    'closes the connection where no head has gone out (%s)',
    async (how) => {
      const { relay, client, closed } = await openGet()
      takeAbort(relay, how)
      relay.flush()
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
      expect(closed).toHaveBeenCalledOnce()
    },
  )

  it('closes the connection when the application says so', async () => {
    const { relay, client, closed } = await openGet()
    relay.take(toTransmitter.destroy, Buffer.alloc(0))
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    expect(closed).toHaveBeenCalledOnce()
  })

  it.each([false, true])(
    'G10: tells the application that the client has left, once (head out: %s)',
    async (isOut) => {
      const { relay, client, inbox, closed, listener } = await (isOut ? openStream() : openGet())
      client.leave()
      await inbox.until('gone')
      await listener.close(5000)
      expect([closed.mock.calls.length, inbox.names]).toEqual([1, []])
      gather(relay, 'late')
      takeHead(relay)
      relay.flush()
      expect([closed.mock.calls.length, inbox.names]).toEqual([1, []])
    },
  )

  it.each([false, true])('tells it that the server closes (head out: %s)', async (isOut) => {
    const { relay, client, inbox, closed } = await (isOut ? openStream() : openGet())
    relay.abort(new ShuttingDown('closing'))
    await inbox.until('shutdown')
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    relay.abort(new ClientGone())
    expect([closed.mock.calls.length, inbox.names]).toEqual([1, []])
  })

  it('reports what it cannot send, tells the application, and breaks off', async () => {
    const { relay, client, inbox, closed, reported } = await openGet()
    takeHead(relay, { status: 99 })
    relay.flush()
    await inbox.until('shutdown')
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    expect(closed).toHaveBeenCalledOnce()
    expect(reported).toEqual([expect.objectContaining({ code: 'ERR_HTTP_INVALID_STATUS_CODE' })])
  })
})

describe('Relay of an application that does not answer', () => {
  it('answers 503 where no head has gone out', async () => {
    const { relay, client, inbox, closed } = await openGet()
    relay.onStall()
    const { status, text, headers } = await client.reply()
    expect([status, text, headers.get('connection')]).toEqual([503, '503 Service Unavailable\n', 'close'])
    expect(inbox.names).toEqual(['stalled'])
    relay.onStall()
    expect([closed.mock.calls.length, inbox.names]).toEqual([1, ['stalled']])
  })

  it('G4: cuts a body, after what was sent', async () => {
    const { relay, client, inbox } = await openStream()
    gather(relay, 'one')
    relay.flush()
    relay.onStall()
    expect(await client.toEnd()).toEqual({ text: '3\r\none\r\n', how: 'end' })
    expect(inbox.names).toEqual(['stalled'])
  })

  it('leaves alone a reply that only waits for its client', async () => {
    const { relay, client, inbox } = await openStream({ framing: { kind: 'close' } })
    client.pause()
    const size = overfill(relay)
    takeEnd(relay)
    relay.flush()
    relay.onStall()
    expect(inbox.names).not.toContain('stalled')
    client.resume()
    const { text, how } = await client.toEnd()
    expect([text.length, how]).toEqual([size, 'end'])
    expect(inbox.names.at(-1)).toBe('ended')
  })

  it('refuses a request in its place', async () => {
    const { relay, client, closed } = await openGet()
    relay.refuse(503)
    expect(await client.reply()).toMatchObject({ status: 503, isComplete: true })
    expect((await client.toEnd()).how).toBe('end')
    expect(closed).toHaveBeenCalledOnce()
  })
})

describe('Relay that refuses a request', () => {
  it('is done with it: a stall that comes while it has yet to leave sends nothing more', async () => {
    const { client, whenOpen, closed } = await openStream()
    client.get('/behind')
    const behind = await whenOpen(2)
    behind.refuse(503)
    expect([behind.onStall(), closed.mock.calls.length]).toEqual([false, 0])
  })
})

describe('Relay.breakOff', () => {
  it.each<[Framing['kind'], 'end' | 'reset']>([
    ['chunked', 'end'],
    ['close', 'reset'],
  ])('G4: leaves no body framed by %s that looks complete', async (kind, how) => {
    const { relay, client } = await openStream({ framing: kind === 'close' ? { kind } : { kind: 'chunked' } })
    gather(relay, 'a')
    relay.flush()
    await client.until(kind === 'close' ? 'a' : 'a\r\n')
    relay.breakOff()
    expect(await client.toEnd()).toEqual({ text: '', how })
  })
})
