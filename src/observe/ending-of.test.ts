import { describe, expect, it } from 'vitest'
import { ClientGone, TooSlow } from '../delivery/errors.ts'
import { endingOf, endings } from './ending-of.ts'

const counts = { bytes: 1, blocks: 1 }

describe('endingOf', () => {
  it.each([
    [{ kind: 'complete', ...counts }, 'complete'],
    [{ kind: 'complete', isDrained: true, ...counts }, 'drained'],
    [{ kind: 'refused', error: new Error('expected'), ...counts }, 'refused'],
    [{ kind: 'failed', error: new TooSlow(), ...counts }, 'failed'],
    [{ kind: 'client-gone', error: new ClientGone(), ...counts }, 'client-gone'],
    [{ kind: 'client-gone', error: new TooSlow(), ...counts }, 'too-slow'],
    [{ kind: 'shutdown', ...counts }, 'shutdown'],
  ] as const)('%# is %s', (outcome, ending) => {
    expect(endingOf(outcome)).toBe(ending)
    expect(endings).toContain(ending)
  })
})
