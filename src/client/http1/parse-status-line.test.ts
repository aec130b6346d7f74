import { describe, expect, it } from 'vitest'
import { parseFieldLine, parseStatusLine, toList } from './parse-status-line.ts'

describe('parseStatusLine', () => {
  it('takes a reason apart, which may be empty or missing', () => {
    expect(parseStatusLine('HTTP/1.1 200 All right')).toEqual({
      version: '1.1',
      status: 200,
      reason: 'All right',
    })
    expect(parseStatusLine('HTTP/1.0 404 ')).toEqual({ version: '1.0', status: 404, reason: '' })
    expect(parseStatusLine('HTTP/1.1 204')).toEqual({ version: '1.1', status: 204, reason: '' })
    expect(parseStatusLine('HTTP/1.7 299 x').version).toBe('1.1')
  })

  it.each([
    'HTTP/1.1  200 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 099 OK',
    'HTTP/1.1 200OK',
    'http/1.1 200 OK',
    'HTTP/1.10 200 OK',
    ' HTTP/1.1 200 OK',
    '',
  ])('refuses %j', (line) => {
    expect(() => parseStatusLine(line)).toThrow('which is no status line')
  })

  it('refuses a NUL', () => {
    expect(() => parseStatusLine('HTTP/1.1 200 O\0K')).toThrow('The status line has a NUL')
  })
})

describe('parseFieldLine', () => {
  it('gives names in lower case and values without the spaces around them', () => {
    expect(parseFieldLine('X-One: \t a  b\t ')).toEqual(['x-one', 'a  b'])
    expect(parseFieldLine('empty:')).toEqual(['empty', ''])
    expect(parseFieldLine('url:http://x:1')).toEqual(['url', 'http://x:1'])
  })

  it.each([
    [' folded', 'obs-fold'],
    ['\tfolded: x', 'obs-fold'],
    ['nothing', 'has no colon'],
    ['name : x', 'ends with a space'],
    [': x', 'has no valid name'],
    ['na me: x', 'has no valid name'],
    ['näme: x', 'has no valid name'],
    ['name: a\0b', 'has a NUL'],
  ])('refuses %j', (line, reason) => {
    expect(() => parseFieldLine(line)).toThrow(reason)
  })
})

describe('toList', () => {
  it('joins the lines of a field and leaves empty elements out', () => {
    const fields = [
      ['connection', 'Close, , x'],
      ['other', 'y'],
      ['connection', 'Keep-Alive'],
    ] as const
    expect(toList(fields, 'connection')).toEqual(['close', 'x', 'keep-alive'])
  })
})
