import { describe, expect, it } from 'vitest'
import { SseEvents } from './sse-events.ts'

function read(...texts: string[]) {
  const reader = new SseEvents()
  const counts = texts.map((text) => reader.read(text))
  return { counts, isInside: reader.isInside, ...reader.finish() }
}

const cut = ['its last event has no blank line behind it, so no client will see it']

describe('SseEvents', () => {
  it('counts each event with the piece that completes it', () => {
    expect(read('data: a\n', '\ndata: b\n\n', ': still here\n\n', 'data: c\r\n\r\n').counts).toEqual([
      0, 2, 0, 1,
    ])
  })

  it.each([
    ['data: a\n\n', false, []],
    ['data: a\r\n\r\n', false, []],
    ['data: a\r\r', false, []],
    ['data: a\n\n: goodbye', false, []],
    ['data: a\n\n\n\n', false, []],
    ['', false, []],
    ['data: a\n', true, cut],
    ['data: a', true, cut],
    ['data: a\n\ndata: b\n: goodbye\n', true, cut],
    ['data: a\n\nda', true, cut],
  ])('tells whether %j ends with a whole event', (text, isInside, faults) => {
    expect(read(text)).toMatchObject({ isInside, faults, hints: [] })
    expect(read(...text)).toMatchObject({ isInside, faults, hints: [] })
  })

  it('tells of an error in its last event, and only there', () => {
    const error = 'event: error\ndata: no more\n\n'
    expect(read('data: a\n\n', error).faults).toEqual(['its last event is an error, "no more"'])
    expect(read(error, 'data: a\n\n').faults).toEqual([])
  })

  it('hints at lines that are no fields', () => {
    expect(read('{"a":1}\n\n').hints).toEqual(['it has lines that are no fields of SSE: "{\\"a\\":1}"'])
  })

  it('reads no event without an end for ever', () => {
    const reader = new SseEvents()
    const piece = 'x'.repeat(1024 * 1024)
    reader.read('data: ')
    for (let index = 0; index < 17; index++) expect(reader.read(piece)).toBe(0)
    expect(reader.finish()).toEqual({
      faults: [],
      hints: ['it has an event of more than 16 MiB, and was not read further'],
    })
  })
})
