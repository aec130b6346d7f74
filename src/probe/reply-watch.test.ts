import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { Ending, Exchange, ReplyHead } from '../client/connection.ts'
import type { ProbedBlock } from './measurement.ts'
import { ReplyWatch, type WatchOptions } from './reply-watch.ts'

const complete: Ending = { kind: 'complete', isSure: true, at: 1500 }

function open(options: Partial<WatchOptions> = {}) {
  const exchange = { pause: vi.fn<() => void>(), resume: vi.fn<() => void>(), leave: vi.fn<() => void>() }
  const watch = new ReplyWatch({ sentAt: 1000, maxBytes: Infinity, ...options })
  watch.follow(exchange satisfies Exchange)
  return { watch, exchange }
}

function toHead(fields: [name: string, value: string][] = [], more: Partial<ReplyHead> = {}): ReplyHead {
  return {
    version: '1.1',
    status: 200,
    reason: 'OK',
    fields,
    framing: { kind: 'chunked' },
    at: 1001,
    ...more,
  }
}

function toPiece(bytes: Uint8Array | string, at = 1002) {
  return { bytes: Buffer.from(bytes), startedAt: at, at, reading: at }
}

async function watchAll(head: ReplyHead, pieces: readonly (Uint8Array | string)[], ending = complete) {
  const { watch } = open()
  watch.head(head)
  for (const piece of pieces) watch.piece(toPiece(piece))
  watch.end(ending)
  await watch.over
  return watch.tell()
}

describe('ReplyWatch', () => {
  it('tells head and blocks in their order, with times since the request', async () => {
    const log: unknown[] = []
    const { watch } = open({
      onHead: (head) => log.push(head),
      onBlock: (block: ProbedBlock) => log.push(block),
    })
    watch.head(toHead([['content-type', 'text/plain']]))
    watch.piece(toPiece('a\nb', 1010.5))
    watch.piece(toPiece(''))
    watch.end(complete)
    await watch.over
    expect(log).toEqual([
      { status: 200, reason: 'OK', fields: [['content-type', 'text/plain']], at: 1 },
      { startedAt: 10.5, at: 10.5, bytes: 3, decodedBytes: 3, units: 1, reading: 1010.5 },
    ])
    expect(await watch.tell()).toMatchObject({
      status: 200,
      times: { head: 1, firstBlock: 10.5, lastBlock: 10.5, end: 500 },
      format: 'text',
      encoding: 'identity',
      unitName: 'lines',
      unitCount: 1,
      ending: { kind: 'complete', isSure: true, faults: [], hints: [] },
    })
  })

  it.each(['gzip', 'X-GZip'])('knows what each block has made visible through %s', async (encoding) => {
    const gzip = gzipSync('data: 1\n\n')
    const found = await watchAll(
      toHead([
        ['content-encoding', encoding],
        ['content-type', 'text/event-stream'],
      ]),
      [gzip.subarray(0, 10), gzip.subarray(10)],
    )
    expect(found?.blocks.map(({ decodedBytes, units }) => [decodedBytes, units])).toEqual([
      [0, 0],
      [9, 1],
    ])
    expect(found).toMatchObject({ encoding: 'gzip', bytes: gzip.length, decodedBytes: 9, visibleCount: 1 })
  })

  it('finds a coding or a format that is not whole, and says nothing of one that it has left', async () => {
    const head = toHead([['content-encoding', 'gzip']])
    const pieces = [gzipSync('text').subarray(0, 15)]
    expect((await watchAll(head, pieces))?.ending).toMatchObject({
      faults: ['its gzip is cut: the end of it is missing'],
    })
    const left = await watchAll(head, pieces, { kind: 'left', at: 1100 })
    expect(left?.ending).toEqual({ kind: 'left', because: 'signal' })
    const json = await watchAll(toHead([['content-type', 'application/json']]), ['{'])
    expect(json?.ending).toMatchObject({ faults: ['its JSON is cut open: a bracket is not closed'] })
  })

  it('hints at a coding that it does not know, and at nothing where there is no body', async () => {
    const found = await watchAll(toHead([['content-encoding', 'compress']]), ['x'])
    expect(found?.ending).toMatchObject({ faults: [], hints: [expect.stringContaining('was not decoded')] })
    const empty = await watchAll(toHead([['content-encoding', 'gzip']], { status: 304 }), [])
    expect(empty).toMatchObject({ format: 'none', bytes: 0, ending: { faults: [], hints: [] } })
  })

  it.each<[Partial<ReplyHead>, string]>([
    [{ framing: { kind: 'length', bytes: 1 } }, 'after the 1 byte of its Content-Length came 3 more bytes'],
    [{ framing: { kind: 'none' } }, 'a reply without a body was followed by 3 more bytes'],
    [{}, 'after its end came 3 more bytes'],
  ])('takes what comes after the end of %j for a cut', async (more, message) => {
    const { watch } = open()
    watch.head(toHead([], more))
    watch.piece(toPiece('a'))
    watch.end(complete)
    watch.extra(toPiece('bcd'))
    await watch.over
    expect((await watch.tell())?.ending).toEqual({ kind: 'cut', by: 'framing', message })
  })

  it('leaves once it has enough bytes, and takes no more', async () => {
    const { watch, exchange } = open({ maxBytes: 4 })
    watch.head(toHead())
    for (const text of ['ab', 'cd', 'ef']) watch.piece(toPiece(text))
    expect(exchange.leave).toHaveBeenCalledOnce()
    watch.leave('duration')
    watch.end({ kind: 'left', at: 1003 })
    await watch.over
    expect(await watch.tell()).toMatchObject({ bytes: 4, ending: { kind: 'left', because: 'bytes' } })
  })

  it('lets the server wait while much is to be decoded', async () => {
    const { watch, exchange } = open()
    watch.head(toHead([['content-encoding', 'gzip']]))
    const gzip = gzipSync(randomBytes(1_500_000))
    for (let at = 0; at < gzip.length; at += 50_000) watch.piece(toPiece(gzip.subarray(at, at + 50_000)))
    expect(exchange.pause).toHaveBeenCalledOnce()
    expect(exchange.resume).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(exchange.resume).toHaveBeenCalledOnce())
    watch.end(complete)
    await watch.over
    expect((await watch.tell())?.decodedBytes).toBe(1_500_000)
  })

  it('leaves where a callback throws, and hands its error on', async () => {
    const onBlock = vi.fn<() => void>(() => {
      throw new Error('It breaks on purpose')
    })
    const { watch, exchange } = open({ onBlock })
    watch.head(toHead())
    watch.piece(toPiece('a'))
    watch.piece(toPiece('b'))
    await vi.waitFor(() => expect(exchange.leave).toHaveBeenCalledOnce())
    watch.end({ kind: 'left', at: 1003 })
    await expect(watch.over).rejects.toThrow('It breaks on purpose')
    expect(onBlock).toHaveBeenCalledOnce()
  })

  it('has nothing to tell without a head', async () => {
    const { watch } = open()
    watch.end({ kind: 'cut', by: 'closed', message: 'It was closed', at: 1001 })
    await watch.over
    expect(await watch.tell()).toBeUndefined()
    expect(watch.ending).toMatchObject({ kind: 'cut' })
  })
})
