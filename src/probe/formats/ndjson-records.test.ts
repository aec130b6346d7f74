import { describe, expect, it } from 'vitest'
import { NdjsonRecords } from './ndjson-records.ts'

function read(text: string) {
  const reader = new NdjsonRecords()
  const count = reader.read(text)
  return { count, isInside: reader.isInside, ...reader.finish() }
}

describe('NdjsonRecords', () => {
  it.each([
    ['{"a":1}\n{"a":2}\n', 2],
    ['{"a":1}\r\n{"a":2}\r\n', 2],
    ['{"a":1}\n\n{"a":2}\n\n', 2],
    ['1\n2\n', 2],
    ['', 0],
    ['{"error":"all of them have one"}\n{"error":"so has this"}\n', 2],
    ['{"id":1}\n{"id":2,"error":"a result that has failed"}\n', 2],
    ['{"id":1}\n{"error":null}\n', 2],
    ['{"id":1}\n{"error":"in the middle"}\n{"id":2}\n', 3],
  ])('finds %j whole, with its records', (text, count) => {
    expect(read(text)).toEqual({ count, isInside: false, faults: [], hints: [] })
  })

  it.each([
    ['{"a":1}\n{"a":', 'its last line is cut: "{\\"a\\":"'],
    ['{"a":1}\n{"a":"two\n', 'its last line is no JSON: "{\\"a\\":\\"two"'],
    ['{"a":1}\n{"error":"it broke"}\n', 'its last record is an error: "{\\"error\\":\\"it broke\\"}"'],
    ['{"error":"it broke"}\n', 'its last record is an error: "{\\"error\\":\\"it broke\\"}"'],
    ['{"a":1}\n{"error":{"code":5}}', 'its last record is an error: "{\\"error\\":{\\"code\\":5}}"'],
  ])('finds that %j is not whole', (text, fault) => {
    expect(read(text).faults).toEqual([fault])
  })

  it('hints at a last record that is whole but has no line end', () => {
    expect(read('{"a":1}\n{"a":2}')).toEqual({
      count: 1,
      isInside: true,
      faults: [],
      hints: ['its last line has no line end'],
    })
  })

  it('keeps no line that does not end', () => {
    const reader = new NdjsonRecords()
    for (let index = 0; index < 20; index++) reader.read('x'.repeat(100_000))
    expect(reader.finish().hints).toEqual(['its last line is too long to be read'])
    expect(reader.read('\n{"a":1}\n')).toBe(2)
    expect(reader.finish()).toEqual({ faults: [], hints: [] })
  })
})
