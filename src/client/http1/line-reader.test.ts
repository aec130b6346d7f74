import { describe, expect, it } from 'vitest'
import { LineReader } from './line-reader.ts'

function readAll(reader: LineReader, text: string): (string | undefined)[] {
  const lines: (string | undefined)[] = []
  const bytes = Buffer.from(text, 'latin1')
  for (let start = 0; start < bytes.length;) {
    const { line, end } = reader.read(bytes, start)
    lines.push(line)
    start = end
  }
  return lines
}

describe('LineReader', () => {
  it('gives lines without their ends, and what has no end yet as undefined', () => {
    const reader = new LineReader(100, 'head')
    expect(readAll(reader, 'one\r\ntwo\r')).toEqual(['one', undefined])
    expect(readAll(reader, '\n\r\n')).toEqual(['two', ''])
  })

  it('refuses a line that ends with LF alone, and one with a CR in its middle', () => {
    expect(() => readAll(new LineReader(100, 'head'), 'one\n')).toThrow(
      'In the head, a line ends with LF alone',
    )
    expect(() => readAll(new LineReader(100, 'head'), 'o\rne\r\n')).toThrow(
      'In the head, a line has a CR in its middle',
    )
  })

  it('counts all lines since the last reset, whole or not', () => {
    const reader = new LineReader(1024, 'trailers')
    expect(readAll(reader, `${'x'.repeat(1022)}\r\n`)).toHaveLength(1)
    expect(() => readAll(reader, 'y')).toThrow('There are more than 1 KiB of the trailers')
    reader.reset()
    expect(readAll(reader, 'y')).toEqual([undefined])
  })
})
