import { describe, expect, it } from 'vitest'
import { readHttp2Head } from './read-http2-head.ts'

function read(more: Record<string, string> = {}, ...fields: string[]) {
  const head = { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'test', ...more }
  return readHttp2Head([
    ...Object.entries(head)
      .flat()
      .filter((_, index, all) => all[index | 1] !== ''),
    ...fields,
  ])
}

describe('readHttp2Head', () => {
  it('takes the head apart, and gives a host as HTTP/1 has it', () => {
    expect(
      read({ ':path': '/a?b=c' }, 'accept', 'x', 'content-length', '7', 'expect', '100-Continue'),
    ).toEqual({
      method: 'GET',
      authority: 'test',
      target: '/a?b=c',
      fields: ['host', 'test', 'accept', 'x', 'content-length', '7', 'expect', '100-Continue'],
      length: 7,
      expects: true,
    })
    expect(read()).toMatchObject({ length: undefined, expects: false, fields: ['host', 'test'] })
  })

  it('takes a host in the place of an authority, and beside it when it says the same', () => {
    expect(read({ ':authority': '' }, 'host', 'other:80').authority).toBe('other:80')
    expect(read({}, 'host', 'TEST')).toMatchObject({ authority: 'test', fields: ['host', 'test'] })
  })

  it('takes `*` with OPTIONS alone', () => {
    expect(read({ ':method': 'OPTIONS', ':path': '*' }).target).toBe('*')
    expect(() => read({ ':path': '*' })).toThrow(expect.objectContaining({ status: 400 }))
  })

  it.each(['', 'http://test/', 'a', '/\u00e9', '/a b', '/a"', '/a\\b', '/<'])(
    'refuses the path %j',
    (path) => {
      const raw = [':method', 'GET', ':path', path, ':authority', 'test']
      expect(() => readHttp2Head(raw)).toThrow(expect.objectContaining({ status: 400 }))
    },
  )

  it.each([
    [[':authority', 'a b']],
    [[':authority', 'user@test']],
    [[':authority', 'test/']],
    [[':authority', 'test', 'host', 'other']],
    [[':authority', 'test', 'host', 'test', 'host', 'test']],
    [[]],
  ])('refuses the authority of %j', (fields) => {
    const raw = [':method', 'GET', ':path', '/', ...fields]
    expect(() => readHttp2Head(raw)).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('refuses CONNECT', () => {
    const raw = [':method', 'CONNECT', ':authority', 'test:443']
    expect(() => readHttp2Head(raw)).toThrow(expect.objectContaining({ status: 501 }))
  })
})
