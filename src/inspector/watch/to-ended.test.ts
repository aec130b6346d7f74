import { describe, expect, it } from 'vitest'
import { FakeLiveReply } from '../../../test/support/create-live-reply.ts'
import { ClientGone, TooSlow } from '../../delivery/errors.ts'
import type { Outcome } from '../../delivery/sink.ts'
import { toEnded } from './to-ended.ts'
import { toEpoch, toFacts } from './to-facts.ts'

const facts = toFacts(new FakeLiveReply(), { id: 1, startedAt: 5, watchedSince: 0 })
const times = { endedAt: 20, longestWait: 3.14159 }

function end(outcome: Outcome | undefined) {
  const reply = new FakeLiveReply()
  Object.assign(reply, { status: 200, encoding: 'gzip', progress: { bytes: 12, blocks: 1 } })
  return toEnded(facts, { reply, outcome, startedAt: 5 }, times)
}

describe('toEnded', () => {
  it('tells what came of a reply', () => {
    expect(end({ kind: 'failed', error: new Error('no more rows'), bytes: 7, blocks: 2 })).toEqual({
      ...facts,
      status: 200,
      encoding: 'gzip',
      endedAt: toEpoch(20),
      blocks: 2,
      bytes: 7,
      longestWait: 3.1,
      how: 'failed',
      error: 'no more rows',
    })
  })

  it('takes text that went out the short way for complete, as it was handed over', () => {
    expect(end(undefined)).toMatchObject({ how: 'complete', error: null, blocks: 1, bytes: 12 })
  })

  const counts = { bytes: 0, blocks: 0 }
  const hidden = {
    toString: () => {
      throw new Error('hidden')
    },
  }
  it.each<[Outcome, string, string | null]>([
    [{ kind: 'complete', ...counts }, 'complete', null],
    [{ kind: 'complete', isDrained: true, ...counts }, 'drained', null],
    [{ kind: 'client-gone', error: new ClientGone(), ...counts }, 'client-gone', new ClientGone().message],
    [
      { kind: 'client-gone', error: new TooSlow('10 bytes'), ...counts },
      'too-slow',
      new TooSlow('10 bytes').message,
    ],
    [{ kind: 'refused', error: 'text', ...counts }, 'refused', 'text'],
    [{ kind: 'failed', error: undefined, ...counts }, 'failed', 'undefined'],
    [{ kind: 'failed', error: hidden, ...counts }, 'failed', 'An error without a text'],
  ])('tells how, and why: %j', (outcome, how, error) => {
    expect(end(outcome)).toMatchObject({ how, error })
  })

  it('shows no more than the beginning of a long text', () => {
    const { error } = end({ kind: 'failed', error: new Error('x'.repeat(10_000)), ...counts })
    expect(error).toBe('x'.repeat(300))
  })
})
