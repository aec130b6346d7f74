import { describe, expect, it } from 'vitest'
import { flush } from '../../../body/block.ts'
import { GatheredBytes } from './gathered-bytes.ts'

describe('GatheredBytes', () => {
  it('puts text, bytes and lists side by side', () => {
    const gathered = new GatheredBytes(false)
    for (const block of ['ä', Buffer.from('b'), ['c', ['', new Uint8Array([100]).buffer]]])
      gathered.add(block)
    expect(gathered.size).toBe(5)
    expect(Buffer.from(gathered.take()).toString()).toBe('äbcd')
    expect([gathered.size, gathered.take().byteLength]).toEqual([0, 0])
  })

  it('keeps half a character for what follows', () => {
    const gathered = new GatheredBytes(false)
    gathered.add('a\ud83d')
    expect(Buffer.from(gathered.take()).toString()).toBe('a')
    expect([gathered.isInsideCharacter, gathered.size]).toEqual([true, 1])
    gathered.add('\ude00')
    expect(Buffer.from(gathered.take()).toString()).toBe('😀')
    gathered.add('\ud83d')
    gathered.add(Buffer.from('b'))
    expect(Buffer.from(gathered.take()).toString()).toBe('\ufffdb')
    gathered.add('\ud83d')
    expect(Buffer.from(gathered.takeLast()).toString()).toBe('\ufffd')
  })

  it('copies where it must', () => {
    const memory = Buffer.from('a')
    const [copy, same] = [new GatheredBytes(true), new GatheredBytes(false)]
    copy.add(memory)
    same.add(memory)
    memory.write('b')
    expect([copy.take(), same.take()].map((bytes) => Buffer.from(bytes).toString())).toEqual(['a', 'b'])
  })

  it('tells of flush, once, and of what came first', () => {
    const gathered = new GatheredBytes(false)
    expect([gathered.content, gathered.takeFlush()]).toEqual(['empty', false])
    gathered.add(['', flush])
    expect([gathered.content, gathered.hasFlush, gathered.takeFlush(), gathered.takeFlush()]).toEqual([
      'empty',
      true,
      true,
      false,
    ])
    gathered.add(Buffer.from('a'))
    gathered.add('b')
    expect(gathered.content).toBe('bytes')
  })

  it('refuses what is no block', () => {
    expect(() => new GatheredBytes(false).add({})).toThrow('Cannot send a block that is an object')
  })
})
