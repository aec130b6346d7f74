import { expect, test } from 'vitest'
import type { Ending } from '../../client/connection.ts'
import { AskedReply } from './asked-reply.ts'
import { describeCut, describeEnding } from './describe-ending.ts'

const cut = { kind: 'cut', message: 'The server closed the connection', at: 0 } as const
const endings: readonly [string, Ending | undefined, string][] = [
  ['none yet', undefined, '200, hangs'],
  ['none before the patience was over', { kind: 'left', at: 0 }, '200, hangs'],
  ['a cut', { ...cut, by: 'closed' }, '200, cut'],
  ['a framing that is none', { ...cut, by: 'framing' }, '200, malformed'],
  ['an end', { kind: 'complete', isSure: true, at: 0 }, '200, complete body'],
  ['an end by closing', { kind: 'complete', isSure: false, at: 0 }, '200, ended by closing, looks complete'],
]

function toReply(ending: Ending | undefined, status = 200): AskedReply {
  const reply = new AskedReply()
  if (status > 0)
    reply.head({ version: '1.1', status, reason: '', fields: [], framing: { kind: 'close' }, at: 0 })
  if (status > 0) reply.piece({ bytes: Buffer.from('x'), startedAt: 0, at: 0, reading: 0 })
  if (ending) reply.end(ending)
  return reply
}

test.each(endings)('describeEnding: %s', (_what, ending, text) => {
  expect(describeEnding(toReply(ending))).toBe(text)
})

test('describeEnding: closed before a head', () => {
  expect(describeEnding(toReply({ ...cut, by: 'closed' }, 0))).toBe('closed without a reply')
})

test('describeCut gives what the client says of a cut, and nothing else', () => {
  expect(describeCut(toReply({ ...cut, by: 'closed' }))).toBe(' (The server closed the connection)')
  expect(describeCut(toReply(undefined))).toBe('')
})
