import { describe, expect, it } from 'vitest'
import { toBlocks } from '../../body/blocks.ts'
import { PartLength } from './part-length.ts'

function begin(length: PartLength, size?: number): string {
  return length.begin({ head: '\r\n', size, number: 2, blocks: toBlocks([]) })
}

describe('PartLength', () => {
  it('gives the field of a part that has a length', () => {
    expect(begin(new PartLength(), 12)).toBe('Content-Length: 12\r\n')
    expect(begin(new PartLength())).toBe('')
  })

  it('G6: refuses more bytes, and fewer, and counts anew for each part', () => {
    const length = new PartLength()
    const message = (relation: string): string =>
      `G6: Cannot send part 2: it has ${relation} than the 3 bytes of its Content-Length; give the true one`
    begin(length, 3)
    length.add('ab')
    expect(() => length.end()).toThrow(message('fewer'))
    length.add('c')
    length.end()
    expect(() => length.add('d')).toThrow(message('more'))
    begin(length, 3)
    length.add('abc')
    length.end()
  })

  it('holds a part without a length against nothing', () => {
    const length = new PartLength()
    begin(length, 1)
    begin(length)
    length.add('abc')
    length.end()
  })
})
