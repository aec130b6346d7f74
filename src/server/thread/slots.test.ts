import { describe, expect, it } from 'vitest'
import { Slots } from './slots.ts'

function fill(count: number): Slots<{ index: number }> {
  const slots = new Slots<{ index: number }>()
  for (let added = 0; added < count; added++) slots.add((index) => ({ index }))
  return slots
}

describe('Slots', () => {
  it('gives numbers from 0, and those that are free again first', () => {
    const slots = fill(3)
    slots.delete(1)
    expect([...slots]).toEqual([{ index: 0 }, { index: 2 }])
    expect(slots.get(1)).toBeUndefined()
    expect(slots.add((index) => ({ index }))).toEqual({ index: 1 })
    expect(slots.add((index) => ({ index }))).toEqual({ index: 3 })
    expect([...slots].map(({ index }) => index)).toEqual([0, 1, 2, 3])
  })

  it('deletes once, and only what is there', () => {
    const slots = fill(1)
    slots.delete(0)
    slots.delete(0)
    slots.delete(9)
    expect(slots.add((index) => ({ index }))).toEqual({ index: 0 })
    expect(slots.add((index) => ({ index }))).toEqual({ index: 1 })
  })
})
