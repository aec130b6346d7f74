import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flush } from '../../../body/block.ts'
import { BlockBytes } from './block-bytes.ts'
import { BlockTally } from './block-tally.ts'

describe('BlockTally', () => {
  it('counts what is sent, and the blocks that hold something', () => {
    const tally = new BlockTally()
    for (const block of ['ä', '', flush, [], Buffer.from('xyz'), ['a', [new ArrayBuffer(2), flush]]])
      tally.add(block)
    expect(tally).toMatchObject({ blocks: 3, bytes: 8 })
  })

  it('counts a character that is split between two texts as one', () => {
    const tally = new BlockTally()
    const counted = ['a\ud83d', '', flush, ['\ude00'], ['b', '\ud83d'], Buffer.from('c'), '\ude00'].map(
      (block) => {
        tally.add(block)
        return tally.bytes
      },
    )
    expect(counted).toEqual([4, 4, 4, 5, 9, 10, 13])
  })

  it('counts the bytes that are written, whatever the blocks', () => {
    const text = fc
      .array(fc.constantFrom('\ud83d', '\ude00', 'a', 'ä', ''), { maxLength: 3 })
      .map((all) => all.join(''))
    const block = fc.oneof(
      text,
      fc.uint8Array({ maxLength: 3 }),
      fc.array(text, { maxLength: 3 }),
      fc.constant(flush),
    )
    fc.assert(
      fc.property(fc.array(block, { maxLength: 8 }), (blocks) => {
        const [tally, bytes] = [new BlockTally(), new BlockBytes()]
        for (const one of blocks) tally.add(one)
        expect(tally.bytes).toBe(
          Buffer.concat([...blocks.flatMap((one) => bytes.take(one)), ...bytes.end()]).length,
        )
      }),
    )
  })

  it('counts the bytes alone of what is sent besides', () => {
    const tally = new BlockTally()
    tally.add('a\ud83d')
    for (const block of [flush, '', '\ude00', 'b']) tally.addBytes(block)
    expect(tally).toMatchObject({ blocks: 1, bytes: 6 })
  })

  it('refuses what is no block', () => {
    expect(() => new BlockTally().add(['a', 1])).toThrow('Cannot send a block that is a number (1)')
    expect(() => new BlockTally().addBytes(1)).toThrow('Cannot send a block that is a number (1)')
  })
})
