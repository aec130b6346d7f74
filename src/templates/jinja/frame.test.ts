import { describe, expect, it } from 'vitest'
import { Frame } from './frame.ts'

describe('Frame', () => {
  it('sees what its parents have, and hides it with its own', () => {
    const root = new Frame()
    root.set('a', 1)
    root.set('b', 2)
    const inner = root.push()
    inner.set('a', 3)
    expect([inner.lookup('a'), inner.lookup('b'), inner.lookup('c'), root.lookup('a')]).toEqual([
      3,
      2,
      undefined,
      1,
    ])
  })

  it('does not hide a value with undefined, but with null', () => {
    const root = new Frame()
    root.set('a', 1)
    root.set('b', 1)
    const inner = root.push()
    inner.set('a', undefined)
    inner.set('b', null)
    expect([inner.lookup('a'), inner.lookup('b')]).toEqual([1, null])
  })

  it('assigns where a name is known, unless writes stay in', () => {
    const root = new Frame()
    root.set('a', 1)
    root.push().push().assign('a', 2)
    expect(root.lookup('a')).toBe(2)
    const inside = root.push(true)
    inside.assign('a', 3)
    expect([inside.lookup('a'), root.lookup('a')]).toEqual([3, 2])
    const fresh = root.push()
    fresh.assign('new', 4)
    expect([fresh.lookup('new'), root.lookup('new')]).toEqual([4, undefined])
  })
})
