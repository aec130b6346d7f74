import { describe, expect, it } from 'vitest'
import { parseChunkSize } from './parse-chunk-size.ts'

describe('parseChunkSize', () => {
  it.each([
    ['0', 0],
    ['000', 0],
    ['1a', 26],
    ['FF', 255],
    ['5;name', 5],
    ['5;name=value;other', 5],
    ['5 ; name = "a;b \\" c"', 5],
    ['1fffffffffffff', Number.MAX_SAFE_INTEGER],
  ])('reads %j', (line, bytes) => {
    expect(parseChunkSize(line)).toBe(bytes)
  })

  it.each([
    '',
    'g',
    '-1',
    '+1',
    '0x1',
    '1 ',
    ' 1',
    '1_0',
    '5;',
    '5;=x',
    '5;n=',
    '5;n="open',
    '5 name',
    '20000000000000',
    '5;n="\x01"',
  ])('refuses %j', (line) => {
    expect(() => parseChunkSize(line)).toThrow(`A chunk begins with ${JSON.stringify(line)}`)
  })
})
