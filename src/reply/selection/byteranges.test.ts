import { describe, expect, it } from 'vitest'
import { formatContentRange, toByteranges } from './byteranges.ts'

const parts = [
  { start: 0, end: 2 },
  { start: 8, end: 10 },
]

describe('toByteranges', () => {
  it('lays the parts out, and knows the length of it all [STA-013]', () => {
    const { length, parts: led, tail } = toByteranges(parts, { size: 10, type: 'text/plain', boundary: 'B' })
    const whole = led.map(({ lead, start, end }) => lead + '0123456789'.slice(start, end)).join('') + tail
    expect(whole).toBe(
      [
        '--B',
        'Content-Type: text/plain',
        'Content-Range: bytes 0-1/10',
        '',
        '01',
        '--B',
        'Content-Type: text/plain',
        'Content-Range: bytes 8-9/10',
        '',
        '89',
        '--B--',
        '',
      ].join('\r\n'),
    )
    expect(length).toBe(whole.length)
  })

  it('has no line for a type that there is not', () => {
    const [part] = toByteranges(parts, { size: 10, type: null, boundary: 'B' }).parts
    expect(part?.lead).toBe('--B\r\nContent-Range: bytes 0-1/10\r\n\r\n')
  })
})

describe('formatContentRange', () => {
  it('counts from 0 up to the last byte', () => {
    expect(formatContentRange({ start: 0, end: 5 }, 11)).toBe('bytes 0-4/11')
  })
})
