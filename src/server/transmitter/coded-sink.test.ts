import zlib from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { MemorySink, type MemorySinkOptions } from '../../../test/support/memory-sink.ts'
import { parseChunks } from '../../../test/support/parse-chunks.ts'
import { settle } from '../../../test/support/start-pump.ts'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import { CodedSink } from './coded-sink.ts'

const chunked: Framing = { kind: 'chunked' }

afterEach(() => void vi.restoreAllMocks())

function open(options: MemorySinkOptions = {}, framing = chunked) {
  const createGzip = vi.spyOn(zlib, 'createGzip')
  const inner = new MemorySink({ framing, ...options })
  const failed = vi.fn<(error: Error) => void>()
  const sink = new CodedSink(inner, { encoding: 'gzip', level: 6 }, failed)
  const [made] = createGzip.mock.results
  if (made?.type !== 'return') throw new Error('There is no compressor')
  sink.commit(sink.frame({ content: 'text', bytes: 3 }))
  return { sink, inner, failed, compressor: made.value }
}

// What can be decoded of what has left so far.
function decode(bytes: Uint8Array): string {
  return zlib.gunzipSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString()
}

function whenFree(sink: CodedSink): Promise<void> {
  return new Promise((resolve) => sink.whenFree(resolve))
}

describe('CodedSink', () => {
  it('G1: gives each write compressed and flushed, as one chunk', async () => {
    const { sink, inner } = open()
    let sent = ''
    for (const block of ['one', 'two', 'three'.repeat(20_000)]) {
      sink.write(Buffer.from(block))
      expect(sink.held).toBe(true)
      await whenFree(sink)
      expect(sink.held).toBe(false)
      sent += block
      const { chunks, data } = parseChunks(inner.bytes)
      expect(decode(data)).toBe(sent)
      expect(inner.writes).toHaveLength(chunks.length)
    }
  })

  it('compresses frames together that are written together, without chunks where there are none', async () => {
    const { sink, inner } = open({}, { kind: 'close' })
    sink.writeAll([Buffer.from('one'), Buffer.from('two')])
    await whenFree(sink)
    expect(inner.writes).toHaveLength(1)
    expect(decode(inner.bytes)).toBe('onetwo')
  })

  it('ends the encoding with the last frames, and tells how many bytes the body became', async () => {
    const { sink, inner, compressor } = open({}, { kind: 'close' })
    sink.write(Buffer.from('one'))
    await whenFree(sink)
    const bytes = await new Promise<number>((resolve) =>
      sink.end([Buffer.from('two'), Buffer.from('three')], ['a', 'b'], resolve),
    )
    expect(zlib.gunzipSync(inner.bytes).toString()).toBe('onetwothree')
    expect(bytes).toBe(inner.bytes.length)
    expect(inner.trailers).toEqual(['a', 'b'])
    expect(compressor.destroyed).toBe(true)
  })

  it('ends a body without blocks as an encoding of nothing', async () => {
    const { sink, inner } = open()
    await new Promise<number>((resolve) => sink.end([], [], resolve))
    expect(zlib.gunzipSync(parseChunks(inner.bytes).data)).toHaveLength(0)
  })

  it('G2: is free when the transport is, after the compressor', async () => {
    const { sink, inner } = open({ holds: true })
    const free = vi.fn<() => void>()
    sink.write(Buffer.from('one'))
    sink.whenFree(free)
    await inner.when('whenFree')
    expect(inner.count('write')).toBe(1)
    expect([sink.held, free.mock.calls.length]).toEqual([true, 0])
    inner.free()
    expect([sink.held, free.mock.calls.length]).toEqual([false, 1])
    inner.held = true
    sink.whenFree(free)
    inner.free()
    expect(free).toHaveBeenCalledTimes(2)
  })

  it('lets a head go that waits for a first write, unless that is on its way', async () => {
    const { sink, inner } = open()
    sink.push()
    expect(inner.count('push')).toBe(1)
    sink.write(Buffer.from('one'))
    sink.push()
    await whenFree(sink)
    expect(inner.count('push')).toBe(1)
  })

  it('G4: what fails is sent as far as it was given, and never ended', async () => {
    const { sink, inner, compressor, failed } = open({}, { kind: 'close' })
    const error = new Error('no')
    sink.write(Buffer.from('one'))
    sink.whenMade(() => sink.abort(error))
    expect(inner.aborted).toBeUndefined()
    await inner.when('abort')
    expect(inner.aborted).toBe(error)
    expect(decode(inner.bytes)).toBe('one')
    expect(() => zlib.gunzipSync(inner.bytes)).toThrow('unexpected end of file')
    expect([compressor.destroyed, compressor.readableEnded]).toEqual([true, false])
    expect(failed).not.toHaveBeenCalled()
  })

  it('G4: what fails between two blocks is aborted at once', () => {
    const { sink, inner, compressor } = open()
    const error = new Error('no')
    sink.whenMade(() => sink.abort(error))
    expect(inner.aborted).toBe(error)
    expect(compressor.destroyed).toBe(true)
  })

  it.each([new ClientGone(), new ShuttingDown('closing')])(
    'G10: destroys the compressor in the middle of its work: %s',
    async (reason) => {
      const { sink, inner, compressor, failed } = open()
      sink.write(Buffer.alloc(1 << 20))
      sink.abort(reason)
      expect(inner.aborted).toBe(reason)
      expect(compressor.destroyed).toBe(true)
      await settle()
      expect(inner.writes).toEqual([])
      expect(failed).not.toHaveBeenCalled()
    },
  )

  it('tells when a body cannot be compressed, unless it is being aborted', async () => {
    const { sink, failed, compressor } = open()
    const error = new Error('broken')
    sink.write(Buffer.from('one'))
    compressor.destroy(error)
    await vi.waitFor(() => expect(failed).toHaveBeenCalledWith(error))
    const other = open()
    const reason = new Error('no')
    other.sink.write(Buffer.from('one'))
    other.sink.whenMade(() => other.sink.abort(reason))
    other.compressor.destroy(error)
    await other.inner.when('abort')
    expect(other.inner.aborted).toBe(reason)
    expect(other.failed).not.toHaveBeenCalled()
  })
})
