import { describe, expect, it } from 'vitest'
import { toBlocks } from '../../../body/blocks.ts'
import { type ArchiveEntry, checkEntry } from './archive-entry.ts'

function check(entry: Partial<ArchiveEntry>, body: unknown = null) {
  return checkEntry(entry, 1, toBlocks(body))
}

describe('checkEntry', () => {
  it('knows the size of what is there, and takes the one that is given', () => {
    expect(check({ name: 'a' }, 'größe').size).toBe(7)
    expect(check({ name: 'a' }, new Blob(['abc'])).size).toBe(3)
    expect(check({ name: 'a' }, ['a', 'b']).size).toBeUndefined()
    expect(check({ name: 'a', size: 2 }, ['a', 'b']).size).toBe(2)
  })

  it('has the mode of a file or a folder unless told', () => {
    expect([check({ name: 'a' }).mode, check({ name: 'a/' }).mode]).toEqual([0o644, 0o755])
    expect(check({ name: 'a', mode: 0o600 }).mode).toBe(0o600)
  })

  it('takes a date or milliseconds, and now unless told', () => {
    const date = new Date('2026-11-21T10:00:00Z')
    expect(check({ name: 'a', modified: date }).modified).toEqual(date)
    expect(check({ name: 'a', modified: date.getTime() }).modified).toEqual(date)
    const { modified } = check({ name: 'a' })
    expect(Math.abs(modified.getTime() - Date.now())).toBeLessThan(60_000)
  })

  it.each([
    [{ name: 'a', size: -1 }, 'its size is -1'],
    [{ name: 'a', size: 1.5 }, 'its size is 1.5'],
    [{ name: 'a', mode: 0o1777 }, 'its mode is 1023'],
    [{ name: 'a', modified: Number.NaN }, '`modified` is a number (NaN)'],
    [{ name: 'a', modified: new Date('never') }, '`modified` is an object (Date)'],
    [{ name: '../a' }, 'it has the step ..'],
    [{}, 'give text that is not empty'],
  ])('refuses %j', (entry, state) => {
    expect(() => check(entry)).toThrow(state)
  })

  it.each(['text', ['a', 'list']])('refuses a folder with a body: %j', (body) => {
    expect(() => check({ name: 'a/' }, body)).toThrow('Cannot archive a/: a folder has no body')
  })
})
