import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flush } from '../../../body/block.ts'
import { BlockBytes } from './block-bytes.ts'

function join(blocks: readonly unknown[]): Buffer {
  const bytes = new BlockBytes()
  return Buffer.concat([...blocks.flatMap((block) => bytes.take(block)), ...bytes.end()])
}

describe('BlockBytes', () => {
  it('gives the bytes of text, of whatever holds bytes, and of lists', () => {
    const view = new Uint16Array([0x4241]).subarray(0, 1)
    expect(join(['ä', view, [Buffer.from('x'), ['y', flush]], new ArrayBuffer(1)]).toString()).toBe('äABxy\0')
  })

  it('gives no empty piece', () => {
    const bytes = new BlockBytes()
    expect(['', new Uint8Array(0), flush, [], ['', []]].flatMap((block) => bytes.take(block))).toEqual([])
  })

  it('does not copy bytes', () => {
    const given = Buffer.from('abc')
    expect(new BlockBytes().take(given)[0]).toBe(given)
  })

  it('joins a character that is split between two texts, whatever the texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, at) => {
        expect(join([text.slice(0, at), '', new Uint8Array(0), flush, text.slice(at)])).toEqual(
          Buffer.from(text),
        )
      }),
    )
  })

  it('joins one that is split by bytes that are none', () => {
    expect(join(['a\ud83d', new Uint8Array(0), [new ArrayBuffer(0), '\ude00']]).toString()).toBe('a😀')
  })

  it('has U+FFFD for half a character before bytes and at the end', () => {
    expect(join(['a\ud83d', Buffer.from('b'), '\ud83d']).toString()).toBe('a\ufffdb\ufffd')
  })

  it('refuses what is no block', () => {
    expect(() => new BlockBytes().take(['a', 1])).toThrow('Cannot send a block that is a number (1)')
  })
})
