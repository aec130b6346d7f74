import { describe, expect, it } from 'vitest'
import { BufferedPieces } from './buffered-pieces.ts'
import type { PieceReader, PieceStep } from './template-engine.ts'

/** Gives pieces, at once or later; an error among them is thrown. */
function reader(list: readonly (string | Error)[], isLate: boolean): PieceReader & { closed: unknown[] } {
  const rest = list.values()
  const closed: unknown[] = []
  const give = (): PieceStep => {
    const { value } = rest.next()
    if (value instanceof Error) throw value
    return value === undefined ? { done: true, value } : { done: false, value }
  }
  return {
    closed,
    next: () => (isLate ? Promise.resolve().then(give) : give()),
    close: async (reason) => void closed.push(reason),
  }
}

describe.each([
  ['at once', false],
  ['later', true],
])('BufferedPieces of pieces that come %s', (_, isLate) => {
  it('joins as many as it was told, and the rest', async () => {
    const pieces = new BufferedPieces(reader(['a', '', 'b', 'c', '', 'd', 'e', ''], isLate))
    pieces.resize(2)
    expect([await pieces.next(), await pieces.next(), await pieces.next(), await pieces.next()]).toEqual([
      { done: false, value: 'ab' },
      { done: false, value: 'cd' },
      { done: false, value: 'e' },
      { done: true, value: undefined },
    ])
  })

  it('tells an error after what came before it, once', async () => {
    const pieces = new BufferedPieces(reader(['a', new Error('broken'), 'b'], isLate))
    pieces.resize(3)
    expect(await pieces.next()).toEqual({ done: false, value: 'a' })
    await expect((async () => pieces.next())()).rejects.toThrow('broken')
    expect(await pieces.next()).toEqual({ done: true, value: undefined })
  })

  it('tells an error at once where nothing came before it', async () => {
    const pieces = new BufferedPieces(reader(['', new Error('broken')], isLate))
    pieces.resize(3)
    await expect((async () => pieces.next())()).rejects.toThrow('broken')
    expect(await pieces.next()).toEqual({ done: true, value: undefined })
  })

  it('passes the closing on, and gives nothing after it', async () => {
    const source = reader(['a', 'b'], isLate)
    const pieces = new BufferedPieces(source)
    await pieces.close('reason')
    expect(source.closed).toEqual(['reason'])
    expect(await pieces.next()).toEqual({ done: true, value: undefined })
  })
})
