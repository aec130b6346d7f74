import { describe, expect, it } from 'vitest'
import { LifecycleError } from './errors.ts'
import { advance, type Move, type State, transitions } from './lifecycle.ts'

const moves: readonly Move[] = ['commit', 'end', 'abort']
const states: readonly State[] = ['pending', 'committed', 'ended', 'aborted']

const cells: readonly [State, Move, State | undefined][] = [
  ['pending', 'commit', 'committed'],
  ['pending', 'end', undefined],
  ['pending', 'abort', 'aborted'],
  ['committed', 'commit', undefined],
  ['committed', 'end', 'ended'],
  ['committed', 'abort', 'aborted'],
  ['ended', 'commit', undefined],
  ['ended', 'end', undefined],
  ['ended', 'abort', 'aborted'],
  ['aborted', 'commit', undefined],
  ['aborted', 'end', undefined],
  ['aborted', 'abort', undefined],
]

describe('advance', () => {
  it.each(cells)('G3: %s → %s → %s', (state, move, next) => {
    if (next) expect(advance(state, move)).toBe(next)
    else
      expect(() => advance(state, move)).toThrow(
        new LifecycleError(`Cannot ${move} a reply that is ${state}`),
      )
  })
})

describe('transitions', () => {
  it('has no cell that is not tested here', () => {
    expect(Object.keys(transitions)).toEqual(states)
    expect(cells).toHaveLength(states.length * moves.length)
    const known = cells.filter(([, , next]) => next !== undefined)
    expect(Object.values(transitions).flatMap((row) => Object.keys(row))).toHaveLength(known.length)
  })
})
