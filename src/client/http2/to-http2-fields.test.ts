import { describe, expect, it } from 'vitest'
import { toHttp2Fields } from './to-http2-fields.ts'

const get = { method: 'GET', target: '/a?b', authority: 'host:80' }

describe('toHttp2Fields', () => {
  it('puts the request into pseudo-fields, and names into lower case', () => {
    expect(toHttp2Fields({ ...get, fields: [['X-A', '1']] }, 'http')).toEqual({
      ':method': 'GET',
      ':scheme': 'http',
      ':authority': 'host:80',
      ':path': '/a?b',
      'x-a': '1',
    })
  })

  it('takes the host from the fields where they have one, and leaves those of a connection out', () => {
    const fields = [
      ['Host', 'other'],
      ['Connection', 'close'],
      ['Transfer-Encoding', 'chunked'],
      ['A', '1'],
      ['a', '2'],
    ] as const
    const sent = toHttp2Fields({ ...get, fields }, 'https')
    expect(Object.keys(sent)).toEqual([':method', ':scheme', ':authority', ':path', 'a'])
    expect(sent).toMatchObject({ ':authority': 'other', ':scheme': 'https', a: ['1', '2'] })
  })

  it('gives a body its length', () => {
    expect(toHttp2Fields({ ...get, body: Buffer.from('abc') }, 'http')).toMatchObject({
      'content-length': '3',
    })
    const given = [['content-length', '3']] as const
    expect(toHttp2Fields({ ...get, fields: given, body: Buffer.from('abc') }, 'http')).toMatchObject({
      'content-length': '3',
    })
  })
})
