import { describe, expect, it } from 'vitest'
import type { Piece } from '../connection.ts'
import { MAX_PIECE_BYTES, PieceJoiner } from './piece-joiner.ts'

describe('PieceJoiner', () => {
  it('joins what came of one chunk, from its first byte to its last', () => {
    const pieces: Piece[] = []
    const joiner = new PieceJoiner((piece) => pieces.push(piece))
    joiner.push(Buffer.from('on'), { number: 3, at: 10 })
    joiner.push(Buffer.from('e'), { number: 4, at: 20 })
    expect(pieces).toEqual([])
    joiner.flush()
    joiner.flush()
    expect(pieces).toEqual([{ bytes: Buffer.from('one'), startedAt: 10, at: 20, reading: 4 }])
  })

  it('tells a chunk that is larger than it holds in parts of one size, however it comes', () => {
    const sizes: number[] = []
    const joiner = new PieceJoiner(({ bytes }) => sizes.push(bytes.length))
    joiner.push(Buffer.alloc(10), { number: 1, at: 0 })
    joiner.push(Buffer.alloc(2 * MAX_PIECE_BYTES), { number: 2, at: 0 })
    joiner.flush()
    expect(sizes).toEqual([MAX_PIECE_BYTES, MAX_PIECE_BYTES, 10])
  })
})
