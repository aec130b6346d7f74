import { describe, expect, it, vi } from 'vitest'
import { ID, setUpThreadWire, type Taken } from '../../../test/support/set-up-thread-wire.ts'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { Head, Live } from '../wire.ts'
import { parseHead, toTransmitter } from './records.ts'
import { CREDIT } from './thread-sink.ts'
import { PLAIN_STAYS, PLAIN_TEXT } from './thread-wire.ts'

function toHead(more: Partial<Head> = {}): Head {
  return {
    status: 200,
    reason: 'OK',
    fields: ['x-a', 'caf\u00e9'],
    framing: { kind: 'chunked' },
    stays: true,
    ...more,
  }
}

class Noted implements Live {
  readonly reasons: unknown[] = []

  abort(reason: ClientGone | ShuttingDown): void {
    this.reasons.push(reason)
  }
}

function namesOf(taken: readonly Taken[]): (string | undefined)[] {
  return taken.map(({ name }) => name)
}

function bytesOf(taken: readonly Taken[]): Buffer {
  return Buffer.concat(taken.map(({ bytes }) => bytes))
}

// What a whole reply holds: its head, and the bytes of its body.
function splitWhole({ bytes }: Taken): { head: Head; body: string } {
  const start = 4 + bytes.readUInt32LE(0)
  return { head: parseHead(bytes.toString('latin1', 4, start)), body: bytes.toString('utf8', start) }
}

describe('ThreadWire.writeHead', () => {
  it.each<[string, Partial<Head>]>([
    ['a name that is none', { fields: ['x a', '1'] }],
    ['an empty name', { fields: ['', '1'] }],
    ['a line feed in a value', { fields: ['x-a', '1\nx-b: 2'] }],
    ['a NUL in a value', { fields: ['x-a', '\0'] }],
    ['a character beyond latin1 in a value', { fields: ['x-a', '\u20ac'] }],
    ['a line feed in the reason', { reason: 'OK\nx-b: 2' }],
    ['a character beyond latin1 in the reason', { reason: '\u20ac' }],
  ])('G12: refuses %s, with nothing sent', (_, wrong) => {
    const { wire, read } = setUpThreadWire()
    expect(() => wire.writeHead(toHead(wrong))).toThrow(TypeError)
    wire.end(undefined, () => {})
    expect(read()).toEqual([])
  })

  it('takes whatever latin1 a field and a reason may have', () => {
    const { wire, read } = setUpThreadWire()
    const head = toHead({ reason: '\tcaf\u00e9\u0080', fields: ['x-a', '\t\u0080\u00ff', 'x-a', ''] })
    wire.writeHead(head)
    wire.end(undefined, () => {})
    const [taken] = read()
    expect(taken && splitWhole(taken)).toEqual({ head, body: '' })
  })
})

describe('ThreadWire.end', () => {
  const length: Framing = { kind: 'length', bytes: 5 }

  it('sends head and body as one, and calls back when all of it has left', () => {
    const { wire, read } = setUpThreadWire()
    const ended = vi.fn()
    wire.writeHead(toHead({ framing: length }))
    expect(read()).toEqual([])
    wire.end(Buffer.from('caf\u00e9'), ended)
    const taken = read()
    expect(namesOf(taken)).toEqual(['whole'])
    expect(taken[0] && splitWhole(taken[0])).toEqual({ head: toHead({ framing: length }), body: 'caf\u00e9' })
    expect(ended).not.toHaveBeenCalled()
    wire.onEnded(0)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('sends a head alone', () => {
    const { wire, read } = setUpThreadWire()
    const head = toHead({ status: 304, framing: { kind: 'none' }, fields: [] })
    wire.writeHead(head)
    wire.end(undefined, () => {})
    const [taken] = read()
    expect(taken && splitWhole(taken)).toEqual({ head, body: '' })
  })

  it('G2: sends a long body in pieces, as far as there is credit', () => {
    const { wire, read } = setUpThreadWire()
    const bytes = Buffer.alloc(3 * CREDIT, 'abc')
    const ended = vi.fn()
    const head = toHead({ framing: { kind: 'length', bytes: bytes.byteLength } })
    wire.writeHead(head)
    wire.end(bytes, ended)
    const [first, ...parts] = read()
    expect([first?.name, parseHead(first?.bytes.toString('latin1') ?? '')]).toEqual(['head', head])
    expect(bytesOf(parts).byteLength).toBe(CREDIT)
    for (let some = parts; some.at(-1)?.name !== 'end'; parts.push(...some)) {
      wire.onCredit(bytesOf(some).byteLength)
      some = read()
      expect(some.length).toBeGreaterThan(0)
    }
    expect(bytesOf(parts).equals(bytes)).toBe(true)
    expect(ended).not.toHaveBeenCalled()
    wire.onEnded(0)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('keeps a long body back until it is the next on the connection', () => {
    const { wire, read } = setUpThreadWire({ isNext: false })
    wire.writeHead(toHead({ framing: { kind: 'length', bytes: CREDIT } }))
    wire.end(Buffer.alloc(CREDIT), () => {})
    expect(read()).toEqual([])
    wire.onNext()
    expect(namesOf(read())[0]).toBe('head')
  })
})

describe('ThreadWire.sendPlain', () => {
  it.each([
    ['text', 'caf\u00e9 \u{1f600}', true, PLAIN_TEXT | PLAIN_STAYS],
    ['no text', '', false, PLAIN_TEXT],
    ['bytes', Buffer.from([0, 255, 10]), true, PLAIN_STAYS],
    ['no bytes', new Uint8Array(0), false, 0],
  ])('sends %s, and how', (_, body, stays, flags) => {
    const { wire, read } = setUpThreadWire()
    wire.sendPlain(body, stays)
    expect(read()).toEqual([
      { name: 'plain', id: ID, bytes: Buffer.concat([Buffer.from([flags]), Buffer.from(body)]) },
    ])
  })

  it.each([
    ['text', '\u20ac'.repeat(CREDIT), 'text/plain;charset=UTF-8'],
    ['bytes', Buffer.alloc(2 * CREDIT, 'b'), 'application/octet-stream'],
  ])('G2: sends long %s by credit, and is closed when all of it has left', (_, body, type) => {
    const { wire, read, closed } = setUpThreadWire()
    const bytes = Buffer.from(body)
    wire.sendPlain(body, false)
    wire.close()
    const [first, ...parts] = read()
    expect(parseHead(first?.bytes.toString('latin1') ?? '')).toEqual({
      status: 200,
      reason: 'OK',
      fields: ['content-type', type, 'content-length', String(bytes.byteLength)],
      framing: { kind: 'length', bytes: bytes.byteLength },
      stays: false,
    })
    for (let some = parts; some.at(-1)?.name !== 'end'; parts.push(...some)) {
      wire.onCredit(bytesOf(some).byteLength)
      some = read()
      expect(some.length).toBeGreaterThan(0)
    }
    expect(bytesOf(parts).equals(bytes)).toBe(true)
    expect(closed).not.toHaveBeenCalled()
    wire.onEnded(0)
    expect(closed).toHaveBeenCalledOnce()
  })

  it('G10: is closed when the client leaves in the middle of a long one', () => {
    const { wire, read, closed } = setUpThreadWire()
    wire.sendPlain(Buffer.alloc(2 * CREDIT), true)
    wire.close()
    read()
    wire.onGone(new ClientGone())
    expect(closed).toHaveBeenCalledOnce()
    wire.onCredit(CREDIT)
    expect(namesOf(read())).not.toContain('end')
  })

  it('keeps its order when the ring is full', () => {
    const { wire, outlet, read } = setUpThreadWire({}, {}, 1024)
    while (!outlet.isFull) outlet.putText(toTransmitter.hints, 1, 'x'.repeat(100))
    wire.sendPlain('caf\u00e9', true)
    wire.writeHead(toHead())
    wire.end(Buffer.from('body'), () => {})
    wire.destroy()
    const ours = read().filter(({ id }) => id === ID)
    expect(namesOf(ours)).toEqual(['plain', 'whole', 'destroy'])
    expect(ours[0]?.bytes.toString('utf8', 1)).toBe('caf\u00e9')
    expect(ours[1] && splitWhole(ours[1])).toEqual({ head: toHead(), body: 'body' })
  })
})

describe('ThreadWire.toSink', () => {
  it('gives a sink that sends the head as it is decided, and is told of credit and of the end', async () => {
    const { wire, read } = setUpThreadWire()
    const framing: Framing = { kind: 'chunked' }
    const sink = wire.toSink({ frame: () => framing, write: () => wire.writeHead(toHead()) })
    expect(sink.frame({ content: 'text', bytes: 1 })).toEqual(framing)
    sink.commit(framing)
    sink.write(Buffer.alloc(CREDIT))
    const [first] = read()
    expect(parseHead(first?.bytes.toString('latin1') ?? '')).toEqual(toHead())
    expect(sink.held).toBe(true)
    const free = Promise.withResolvers<void>()
    sink.whenFree(free.resolve)
    wire.onCredit(CREDIT)
    await free.promise
    const ended = vi.fn()
    sink.end([], [], ended)
    wire.onEnded(0)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('G12: refuses a head that the transmitter could not send, with nothing sent', () => {
    const { wire, read } = setUpThreadWire()
    const framing: Framing = { kind: 'chunked' }
    const head = toHead({ fields: ['x-a', '\n'] })
    const sink = wire.toSink({ frame: () => framing, write: () => wire.writeHead(head) })
    expect(() => sink.commit(framing)).toThrow(TypeError)
    sink.push()
    expect(read()).toEqual([])
    expect(sink.frame({ content: 'text', bytes: 1 })).toEqual(framing)
  })
})

describe('ThreadWire at the end of its reply', () => {
  it('is closed once, at once where nothing is left to be done here', () => {
    const { wire, closed } = setUpThreadWire()
    wire.sendPlain('text', true)
    wire.close()
    expect(closed).toHaveBeenCalledOnce()
  })

  it.each(['ended', 'gone'] as const)(
    'is in use until what was given before a failure has left (%s)',
    (how) => {
      const { wire, read, closed } = setUpThreadWire()
      const framing: Framing = { kind: 'chunked' }
      const sink = wire.toSink({ frame: () => framing, write: () => wire.writeHead(toHead()) })
      sink.commit(framing)
      sink.write(Buffer.alloc(CREDIT + 1))
      sink.abort(new Error('failed'))
      wire.close()
      expect(namesOf(read())).not.toContain('abort')
      wire.onCredit(CREDIT)
      expect([namesOf(read()).at(-1), closed.mock.calls.length]).toEqual(['abort', 0])
      if (how === 'ended') wire.onEnded(0)
      else wire.onGone(new ClientGone())
      expect(closed).toHaveBeenCalledOnce()
    },
  )

  it('breaks the connection off', () => {
    const { wire, read } = setUpThreadWire()
    wire.destroy()
    expect(read()).toEqual([{ name: 'destroy', id: ID, bytes: Buffer.alloc(0) }])
  })

  it.each([new ClientGone(), new ShuttingDown('closing')])('G10: tells the reply of %s', (reason) => {
    const { wire } = setUpThreadWire()
    const live = new Noted()
    wire.open(live)
    wire.onGone(reason)
    expect(live.reasons).toEqual([reason])
  })
})
