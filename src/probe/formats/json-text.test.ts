import { describe, expect, it } from 'vitest'
import { JsonText } from './json-text.ts'

function read(text: string) {
  const reader = new JsonText()
  reader.read(text)
  return reader.finish()
}

describe('JsonText', () => {
  it.each([
    '{}',
    '[]',
    ' [1, {"a": "}"}, "]", "\\"[", "\\\\"]\n',
    'true',
    '-1.5e3\n',
    '"text"',
    '"a \\" b"',
    '{"a":1}\n{"a":2}\n',
    '\u{feff} {"a":1}',
    '\u{1e}{"a":1}\n\u{1e}{"a":2}\n',
    `"${'long '.repeat(1000)}"`,
  ])('finds %j whole', (text) => {
    expect(read(text)).toEqual({ faults: [], hints: [] })
  })

  it.each([
    ['[', 'its JSON is cut open: a bracket is not closed'],
    ['{"a":[1,2', 'its JSON is cut open: 2 brackets are not closed'],
    ['["a', 'its JSON is cut open: it ends in the middle of a string'],
    ['"a\\"', 'its JSON is cut open: it ends in the middle of a string'],
    ['[1]\n[2', 'its JSON is cut open: a bracket is not closed'],
    ['tru', 'its JSON is broken or cut: "tru"'],
    ['[1}', 'its JSON is broken: } stands in place of ]'],
    ['[1]]', 'its JSON is broken: ] stands where nothing is open'],
    ['Internal Server Error', 'its JSON is broken or cut: "Internal"'],
  ])('finds that %j is not whole', (text, fault) => {
    expect(read(text)).toEqual({ faults: [fault], hints: [] })
  })

  it('hints at a body that is empty', () => {
    expect(read(' \n')).toEqual({ faults: [], hints: ['it is empty, which is no JSON'] })
  })
})
