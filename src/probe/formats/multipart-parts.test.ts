import { describe, expect, it } from 'vitest'
import { MultipartParts } from './multipart-parts.ts'

const whole = '--b\r\nA: 1\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n'

function read(text: string, isEndless = false) {
  const reader = new MultipartParts('b', isEndless)
  let count = 0
  for (const character of text) count += reader.read(character)
  return { count, isInside: reader.isInside, ...reader.finish() }
}

describe('MultipartParts', () => {
  it.each([
    [whole, 2],
    [`preamble\r\n${whole}epilogue\r\n--b\r\n`, 2],
    ['--b--\r\n', 0],
    ['--b\r\n\r\nno --b inside\r\n--b--', 1],
  ])('finds %j whole, with its parts', (text, count) => {
    expect(read(text)).toMatchObject({ count, faults: [], hints: [] })
    expect(new MultipartParts('b').read(`${text}\r\n`)).toBe(count)
  })

  it.each([
    ['--b\r\n\r\none\r\n--b\r\n\r\ntw', 1],
    ['--b\r\n\r\none', 0],
    ['', 0],
    ['--b\r\n\r\none\r\n--b', 0],
  ])('finds that %j has no end', (text, count) => {
    expect(read(text)).toMatchObject({ count, faults: ['its closing boundary is missing'] })
    expect(read(text, true)).toMatchObject({ faults: [], hints: ['its closing boundary is missing'] })
  })

  it('stands inside a part until its closing boundary', () => {
    const reader = new MultipartParts('b')
    const isInside = ['--b', '\r\n', '\r\none', '\r\n--b\r\n', '\r\n\r\n--b--'].map((text) => {
      reader.read(text)
      return reader.isInside
    })
    expect(isInside).toEqual([false, true, true, true, false])
  })
})
