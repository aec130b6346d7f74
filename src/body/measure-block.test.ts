import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flush } from './block.ts'
import { holdsFlush, isEmptyBlock, isTextBlock, measureBlock } from './measure-block.ts'

describe('measureBlock', () => {
  it.each([
    ['text', 'abc', 3],
    ['text that is not ASCII', 'äé€😀', 2 + 2 + 3 + 4],
    ['a lone surrogate', '\ud83d', 3],
    ['bytes', new Uint8Array(5), 5],
    ['a wide view', new Float64Array(2), 16],
    ['a view with an offset', new DataView(new ArrayBuffer(8), 3, 2), 2],
    ['an ArrayBuffer', new ArrayBuffer(7), 7],
    ['a SharedArrayBuffer', new SharedArrayBuffer(6), 6],
    ['flush', flush, 0],
    ['empty text', '', 0],
    ['empty bytes', new Uint8Array(0), 0],
    ['an empty list', [], 0],
    ['a list of empty blocks', ['', [], [flush, new Uint8Array(0)]], 0],
    ['a nested list', ['a', ['bc', [new Uint8Array(3)]], flush], 6],
  ])('counts the bytes of %s', (_, block, bytes) => {
    expect(measureBlock(block)).toBe(bytes)
  })

  it('counts text as it is sent, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => measureBlock(text) === Buffer.from(text).length),
    )
  })

  it.each([[1], [null], [undefined], [{}], [Promise.resolve('x')], [['a', [2]]]])('refuses %o', (value) => {
    expect(() => measureBlock(value)).toThrow(TypeError)
  })
})

describe('isEmptyBlock', () => {
  it.each([
    ['', true],
    ['a', false],
    [new Uint8Array(0), true],
    [new Uint8Array(1), false],
    [[], true],
    [['', [new Uint8Array(0)]], true],
    [['', ['a']], false],
    [flush, true],
  ])('of %j is %j', (block, isEmpty) => {
    expect(isEmptyBlock(block)).toBe(isEmpty)
  })

  it('refuses what is no block', () => {
    expect(() => isEmptyBlock(1)).toThrow(TypeError)
  })
})

describe('isTextBlock', () => {
  it.each([
    ['a', true],
    [new Uint8Array(1), false],
    [['', [flush, ['a']], new Uint8Array(1)], true],
    [['', [new Uint8Array(1)], 'a'], false],
  ])('of %j is %j', (block, isText) => {
    expect(isTextBlock(block)).toBe(isText)
  })
})

describe('holdsFlush', () => {
  it.each([
    [flush, true],
    [[['', [flush]]], true],
    ['flush', false],
    [['a', []], false],
  ])('of %j is %j', (block, holds) => {
    expect(holdsFlush(block)).toBe(holds)
  })
})
