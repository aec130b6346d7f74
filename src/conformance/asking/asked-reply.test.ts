import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Piece, ReplyHead } from '../../client/connection.ts'
import { NotOffered } from '../case-result.ts'
import { AskedReply } from './asked-reply.ts'

function toHead(status: number, fields: ReplyHead['fields'] = []): ReplyHead {
  return { version: '1.1', status, reason: '', fields, framing: { kind: 'chunked' }, at: 0 }
}

function toPiece(bytes: string | Uint8Array, at: number): Piece {
  return { bytes: Buffer.from(bytes), startedAt: at, at, reading: at }
}

test('lines tells when the last byte of each line had come, whatever the pieces were', () => {
  const reply = new AskedReply()
  reply.head(toHead(200))
  const { sentAt } = reply
  reply.piece(toPiece('0 0.100...\n1 20', sentAt + 5))
  reply.piece(toPiece('0.000...\n', sentAt + 210))
  reply.piece(toPiece('2 400.000', sentAt + 411))
  const lines = reply.lines.map(({ number, made, came }) => ({ number, made, came: Math.round(came) }))
  expect(lines).toEqual([
    { number: 0, made: 0.1, came: 5 },
    { number: 1, made: 200, came: 210 },
  ])
})

test('lines finds those in the data of events', () => {
  const reply = new AskedReply()
  reply.head(toHead(200))
  reply.piece(toPiece(': hello\n\ndata: 0 0.100...\n\ndata:1 9\r\n\r\n', 1))
  expect(reply.lines.map(({ number, made }) => [number, made])).toEqual([
    [0, 0.1],
    [1, 9],
  ])
})

test('lines tells when what is compressed can be read, not when its first bytes come', () => {
  const reply = new AskedReply()
  reply.head(toHead(200, [['content-encoding', 'gzip']]))
  const bytes = gzipSync('0 0.000...\n')
  reply.piece(toPiece(bytes.subarray(0, 10), reply.sentAt + 1))
  expect(reply.lines).toEqual([])
  reply.piece(toPiece(bytes.subarray(10), reply.sentAt + 300))
  expect(reply.lines.map(({ came }) => Math.round(came))).toEqual([300])
})

test('until resolves as soon as it is so, and when the reply has ended', async () => {
  const reply = new AskedReply()
  const has = reply.until(({ byteCount }) => byteCount === 2, 60_000)
  reply.piece(toPiece('a', 1))
  reply.piece(toPiece('b', 2))
  expect(await has).toBe(true)
  const more = reply.until(({ byteCount }) => byteCount === 3, 60_000)
  reply.end({ kind: 'complete', isSure: true, at: 3 })
  expect(await more).toBe(false)
})

test('until gives up when the time is over', async () => {
  expect(await new AskedReply().until(() => false, 1)).toBe(false)
})

test.each([404, 405, 501])(
  'until throws NotOffered for %i, with the reason that the server gives',
  async (status) => {
    const reply = new AskedReply()
    reply.head(toHead(status, [['x-not-offered', 'no context here']]))
    await expect(reply.until(() => true, 1)).rejects.toEqual(new NotOffered('no context here'))
  },
)

test('a reply that is large is counted and not kept', () => {
  const reply = new AskedReply({ keepsBytes: false })
  reply.piece(toPiece('abc', 1))
  expect([reply.byteCount, reply.bytes.length]).toEqual([3, 0])
})

test('bytes behind the end are counted apart', () => {
  const reply = new AskedReply()
  reply.extra(toPiece('abc', 1))
  expect([reply.byteCount, reply.extraCount]).toEqual([0, 3])
})
