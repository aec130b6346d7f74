import { describe, expect, it, vi } from 'vitest'
import { findLive } from './find-live.ts'

describe('findLive', () => {
  it('finds what has to be waited for or read, in order, in whatever it stands', () => {
    const [a, b, c, d] = [Promise.resolve(), new Set(), (function* () {})(), new ReadableStream()]
    expect([...findLive({ x: [1, { a }, b], y: { z: [[c]] }, d, e: 'text', *f() {} })]).toEqual([a, b, c, d])
    expect([...findLive(a)]).toEqual([a])
    expect([...findLive('text')]).toEqual([])
  })

  it('comes to its end where a value is a part of itself', () => {
    const a = Promise.resolve()
    const list: unknown[] = [a]
    list.push({ list }, list)
    expect([...findLive(list)]).toEqual([a])
  })

  it('calls no getter and no toJSON, and looks into nothing that replaces itself', () => {
    const get = vi.fn<() => unknown>()
    const replaced = { toJSON: get, a: Promise.resolve() }
    expect([...findLive([Object.defineProperty({}, 'a', { get, enumerable: true }), replaced])]).toEqual([])
    expect(get).not.toHaveBeenCalled()
  })

  it('pauses after every few thousand values', () => {
    const found = [...findLive(Array.from({ length: 20_000 }, () => ({ a: 1 })))]
    expect(found.length).toBeGreaterThan(5)
    expect(new Set(found)).toEqual(new Set([undefined]))
  })
})
