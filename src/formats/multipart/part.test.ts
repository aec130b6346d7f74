import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBlocks } from '../../body/blocks.ts'
import { csv } from '../csv.ts'
import { formatPartHead, type Part, toHeadedPart } from './part.ts'

function headOf(part: Part | Response): string {
  return toHeadedPart(part, 3, toBlocks(null)).head
}

describe('toHeadedPart', () => {
  it('has the fields that are given, and an empty line after them', () => {
    expect(headOf({})).toBe('\r\n')
    expect(headOf({ type: 'image/png', headers: { 'x-frame': '1', 'content-id': '<a>' } })).toBe(
      'Content-Id: <a>\r\nContent-Type: image/png\r\nX-Frame: 1\r\n\r\n',
    )
  })

  it.each<[string, Part['headers']]>([
    ['a record', { 'x-a': '1' }],
    ['pairs', [['X-A', '1']]],
    ['Headers', new Headers({ 'x-a': '1' })],
  ])('takes its fields from %s', (_, headers) => {
    expect(headOf(headers === undefined ? {} : { headers })).toBe('X-A: 1\r\n\r\n')
  })

  it('has the type of a Blob, and the head of a reply, unless told', () => {
    const body = new Blob(['x'], { type: 'image/gif' })
    expect(headOf({ body })).toBe('Content-Type: image/gif\r\n\r\n')
    expect(headOf({ body, type: 'a/b' })).toBe('Content-Type: a/b\r\n\r\n')
    const reply = csv([], { filename: 'a.csv' })
    const head =
      'Content-Disposition: attachment; filename=a.csv\r\nContent-Type: text/csv; charset=utf-8\r\n\r\n'
    expect(headOf(reply)).toBe(head)
    expect(headOf({ body: reply })).toBe(head)
    expect(headOf({ body: reply, headers: { 'content-type': 'x/y' } })).toContain('Content-Type: x/y\r\n')
  })

  it('G12: names its file, whatever the name', () => {
    expect(headOf({ filename: 'städte.png' })).toBe(
      `Content-Disposition: attachment; filename="st?dte.png"; filename*=UTF-8''st%C3%A4dte.png\r\n\r\n`,
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (filename) => {
        expect(headOf({ filename })).toMatch(/^Content-Disposition: attachment; [^\r\n\0]*\r\n\r\n$/)
      }),
    )
  })

  it.each(['a\r\nx: y', '\r\na', 'a\n', 'a\0b', 'a\rb'])(
    'G12: refuses the value %j wherever it stands',
    (value) => {
      const message = `Cannot write the head of part 3: the value ${JSON.stringify(value)} has CR, LF or NUL`
      expect(() => headOf({ type: value })).toThrow(message)
      expect(() => headOf({ headers: { 'x-a': value } })).toThrow(message)
      expect(() => headOf({ headers: [['x-a', value]] })).toThrow(message)
    },
  )

  it('G6: takes the Content-Length out of the head, and refuses one that is no number of bytes', () => {
    const made = (value: string) =>
      toHeadedPart({ headers: { 'content-length': value, 'x-a': '1' } }, 3, toBlocks(null))
    expect(made('12')).toMatchObject({ head: 'X-A: 1\r\n\r\n', size: 12, number: 3 })
    expect(toHeadedPart({}, 3, toBlocks('x')).size).toBeUndefined()
    for (const value of ['x', '-1', '1, 1', '1.5', ''])
      expect(() => made(value)).toThrow('Cannot write the head of part 3: G6: Cannot send Content-Length')
  })

  it.each(['', 'a b', 'a:', 'a\r\nb', 'ä'])('G12: refuses the name %j', (name) => {
    expect(() => headOf({ headers: [[name, 'x']] })).toThrow('Cannot write the head of part 3: ')
  })

  it('G12: refuses characters that a field cannot hold', () => {
    expect(() => headOf({ headers: { 'x-a': '🎡' } })).toThrow('Cannot write the head of part 3: ')
  })
})

it('formatPartHead writes names as they are known in mail', () => {
  const headers = new Headers({ 'x-ua-compatible': 'a', 'x--b': 'c' })
  expect(formatPartHead(headers)).toBe('X--B: c\r\nX-Ua-Compatible: a\r\n\r\n')
})
