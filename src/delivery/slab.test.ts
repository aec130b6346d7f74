import { describe, expect, it } from 'vitest'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { acquireSlab, frameLarge, releaseSlab, Slab, SLAB_SIZE } from './slab.ts'

describe('Slab', () => {
  it('puts bytes and text side by side, in order', () => {
    const slab = new Slab()
    expect([slab.putText('a'), slab.put(Buffer.from('b')), slab.putText('ä'), slab.putText('c')]).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(slab.size).toBe(5)
    expect(String(slab.take(false))).toBe('abäc')
    expect(slab.isEmpty).toBe(true)
    expect(slab.size).toBe(0)
  })

  it('is empty until something is put in', () => {
    const slab = new Slab()
    expect(slab.isEmpty).toBe(true)
    slab.putText('a')
    expect(slab.isEmpty).toBe(false)
  })

  it.each([1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, SLAB_SIZE - 1, SLAB_SIZE])(
    'frames %i bytes as one chunk',
    (size) => {
      const slab = new Slab()
      const data = Buffer.alloc(size, 'x')
      expect(slab.put(data)).toBe(true)
      expect(parseChunks(slab.take(true))).toEqual({ chunks: [data], data, ended: false })
    },
  )

  it('takes bytes until it is exactly full, and not one more', () => {
    const slab = new Slab()
    expect(slab.put(Buffer.alloc(SLAB_SIZE - 1))).toBe(true)
    expect(slab.put(Buffer.alloc(2))).toBe(false)
    expect(slab.size).toBe(SLAB_SIZE - 1)
    expect(slab.put(Buffer.alloc(1))).toBe(true)
    expect(slab.put(Buffer.alloc(1))).toBe(false)
    expect(slab.take(false)).toHaveLength(SLAB_SIZE)
  })

  it.each(['a', 'ä', '€', '😀'])('takes text of %s up to its size and cuts no character', (letter) => {
    const slab = new Slab()
    let text = ''
    while (slab.putText(letter)) text += letter
    expect(text.length * 3).toBeGreaterThan(SLAB_SIZE - 3 * letter.length)
    expect(String(slab.take(false))).toBe(text)
  })

  it('takes text after bytes, and bytes after text, when it is nearly full', () => {
    const slab = new Slab()
    slab.put(Buffer.alloc(SLAB_SIZE - 6, 'x'))
    expect(slab.putText('€€€')).toBe(false)
    expect(slab.putText('€')).toBe(true)
    expect(slab.put(Buffer.from('yyyy'))).toBe(false)
    expect(slab.put(Buffer.from('yyy'))).toBe(true)
    expect(String(slab.take(false)).slice(-5)).toBe('x€yyy')
  })

  it('keeps nothing of what was taken before', () => {
    const slab = new Slab()
    slab.putText('long enough')
    slab.take(true)
    slab.putText('b')
    expect(String(slab.take(true))).toBe('1\r\nb\r\n')
  })
})

describe('acquireSlab', () => {
  it('gives a slab that was released, and never one that is in use', () => {
    const first = acquireSlab()
    const second = acquireSlab()
    expect(second).not.toBe(first)
    releaseSlab(first)
    expect(acquireSlab()).toBe(first)
    expect(acquireSlab()).not.toBe(second)
  })

  it('keeps at most 32 slabs that nobody uses', () => {
    const slabs = Array.from({ length: 40 }, () => new Slab())
    for (const slab of slabs) releaseSlab(slab)
    const kept = Array.from({ length: 40 }, acquireSlab).filter((slab) => slabs.includes(slab))
    expect(kept.length).toBeLessThanOrEqual(32)
    expect(new Set(kept).size).toBe(kept.length)
  })
})

describe('frameLarge', () => {
  it('puts a chunk around bytes without copying them', () => {
    const bytes = Buffer.alloc(70_000, 'x')
    const pieces = frameLarge(bytes, true)
    expect(pieces[1]).toBe(bytes)
    expect(parseChunks(Buffer.concat(pieces)).chunks).toEqual([bytes])
    expect(frameLarge(bytes, false)).toEqual([bytes])
  })
})
