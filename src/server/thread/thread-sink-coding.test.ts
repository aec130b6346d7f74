// A sink whose body the transmitter encodes.
import { describe, expect, it, vi } from 'vitest'
import type { Framing } from '../../delivery/framing.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import type { Head } from '../wire.ts'
import { Outlet } from './outlet.ts'
import { parseHead, toTransmitter } from './records.ts'
import { ThreadSink } from './thread-sink.ts'

const first = { content: 'text', bytes: 3 } as const
const coding = { encoding: 'br', level: 4 } as const

function open(framing: Framing, { isCoded = true } = {}) {
  const memory = createRing()
  const reader = new RingReader(memory, () => {})
  const calls: string[] = []
  const written: Head = { status: 200, reason: 'OK', fields: [], framing, stays: true }
  const sink = new ThreadSink(new Outlet(memory, () => {}), 1, {
    begin: () => {
      calls.push('begin')
      return isCoded ? coding : undefined
    },
    frame: () => {
      calls.push('frame')
      return framing
    },
    write: () => written,
  })
  // The head, and the bytes of the body.
  const read = () => {
    sink.push()
    let head: Head | undefined
    let body = ''
    // oxlint-disable-next-line max-params -- as the ring has it
    const take = (type: number, _id: number, start: number, end: number) => {
      const text = reader.bytes.toString('latin1', start, end)
      if (type === toTransmitter.head) head = parseHead(text)
      if (type === toTransmitter.data || type === toTransmitter.piece) body += text
    }
    while (reader.read(take));
    return { head, body }
  }
  return { sink, calls, read }
}

describe('ThreadSink of a body that the transmitter encodes', () => {
  it.each<Framing>([{ kind: 'chunked' }, { kind: 'close' }])(
    'tells with what, and frames nothing: %j',
    (framing) => {
      const { sink, calls, read } = open(framing)
      sink.commit(sink.frame(first))
      expect(calls).toEqual(['begin', 'frame'])
      expect(sink.takesPlain).toBe(true)
      expect(sink.putText('one') + sink.putBytes(Buffer.from('two'))).toBe(6)
      const { head, body } = read()
      expect(head).toMatchObject({ framing, coding })
      expect(body).toBe('onetwo')
    },
  )

  it('leaves a body that stays as it is to be framed', () => {
    const { sink, read } = open({ kind: 'chunked' }, { isCoded: false })
    const { kind } = sink.frame(first)
    expect([kind, sink.takesPlain]).toEqual(['chunked', true])
    sink.commit({ kind: 'chunked' })
    sink.putText('one')
    const { head, body } = read()
    expect(head?.coding).toBeUndefined()
    expect(body).toBe('one')
  })

  it('G7: has no encoding where there is no body', () => {
    const { sink, read } = open({ kind: 'none' })
    sink.commit(sink.frame(first))
    expect(sink.takesPlain).toBe(false)
    expect(read().head?.coding).toBeUndefined()
  })

  it('G6: refuses a length, which would be that of other bytes', () => {
    const { sink } = open({ kind: 'length', bytes: 3 })
    expect(() => sink.frame(first)).toThrow('G6: Cannot send a body of 3 bytes in br')
  })

  it('tells by how much the body became shorter, and nothing once it is aborted', () => {
    const { sink } = open({ kind: 'chunked' })
    sink.commit(sink.frame(first))
    sink.putText('x'.repeat(100))
    const ended = vi.fn<(extra: number) => void>()
    sink.end([Buffer.alloc(50)], [], ended)
    sink.onEnded(30)
    expect(ended).toHaveBeenCalledExactlyOnceWith(30 - 150)
    const other = open({ kind: 'chunked' })
    other.sink.commit(other.sink.frame(first))
    other.sink.end([], [], ended)
    other.sink.abort(new Error('no'))
    other.sink.onEnded(30)
    expect(ended).toHaveBeenCalledOnce()
  })
})
