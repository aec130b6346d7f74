import { describe, expect, it } from 'vitest'
import { toBlocks } from '../../../body/blocks.ts'
import type { CheckedEntry } from './archive-entry.ts'
import { EntrySize } from './entry-size.ts'

function begin(size: number | undefined): EntrySize {
  const entry: CheckedEntry = {
    name: 'a',
    number: 1,
    size,
    modified: new Date(0),
    mode: 0,
    blocks: toBlocks(''),
  }
  const made = new EntrySize()
  made.begin(entry)
  return made
}

describe('EntrySize', () => {
  it('gives the bytes of an entry, whose size is known or not', () => {
    for (const size of [undefined, 5]) {
      const made = begin(size)
      made.add(2)
      made.add(3)
      expect(made.end()).toBe(5)
    }
  })

  it('G6: refuses more bytes than the size, and fewer', () => {
    const made = begin(5)
    made.add(3)
    expect(() => made.end()).toThrow('Cannot archive a: it has fewer than the 5 bytes of its `size`')
    expect(() => made.add(3)).toThrow('Cannot archive a: it has more than the 5 bytes of its `size`')
  })

  it('counts anew for each entry', () => {
    const made = begin(1)
    made.add(1)
    made.begin({ name: 'b', number: 2, size: 1, modified: new Date(0), mode: 0, blocks: toBlocks('') })
    made.add(1)
    expect(made.end()).toBe(1)
  })
})
