import { describe, expect, it } from 'vitest'
import { formatEntityTag, isSameBytes, isSameMeaning, parseEntityTag, parseEntityTags } from './entity-tag.ts'

describe('parseEntityTag', () => {
  it.each([
    ['"a"', { opaque: 'a', isWeak: false }],
    [' W/"a" ', { opaque: 'a', isWeak: true }],
    ['""', { opaque: '', isWeak: false }],
    ['"a,b"', { opaque: 'a,b', isWeak: false }],
  ])('reads %s', (text, tag) => {
    expect(parseEntityTag(text)).toEqual(tag)
  })

  it.each(['', 'a', '"a', 'w/"a"', 'W/ "a"', '"a""b"', '"a b"', '*', '"a", "b"'])('refuses %s', (text) => {
    expect(parseEntityTag(text)).toBeUndefined()
  })
})

describe('parseEntityTags', () => {
  it('reads a list, with commas inside of a tag', () => {
    expect(parseEntityTags('"a", W/"b,c" ,"d"').map(formatEntityTag)).toEqual(['"a"', 'W/"b,c"', '"d"'])
  })

  it('leaves out what is no tag', () => {
    expect(parseEntityTags('a, "b", c').map(formatEntityTag)).toEqual(['"b"'])
  })
})

// RFC 9110 §8.8.3.2 has this table.
describe('isSameBytes and isSameMeaning', () => {
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ])('compares %s with %s', (left, right, strong, weak) => {
    const [one] = parseEntityTags(left)
    const [other] = parseEntityTags(right)
    if (!one || !other) throw new TypeError('Cannot compare what is no tag')
    expect([isSameBytes(one, other), isSameBytes(other, one)]).toEqual([strong, strong])
    expect([isSameMeaning(one, other), isSameMeaning(other, one)]).toEqual([weak, weak])
  })
})
