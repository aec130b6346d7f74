import { describe, expect, it } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import { reply, stream } from '../../reply/reply.ts'
import { type CompressOptions, toCompressSettings } from './compress-options.ts'
import { decideCompression } from './decide-compression.ts'
import { negotiateEncoding } from '../../reply/selection/negotiate-encoding.ts'

interface Request {
  method?: string
  fields?: Record<string, string>
  options?: CompressOptions
}

function decide(response: Response, request: Request = {}): string {
  const { method = 'GET', fields = { 'accept-encoding': 'gzip' }, options = {} } = request
  const settings = toCompressSettings(options)
  const context = createContext(method, '/', fields)
  const negotiated = negotiateEncoding(context.headers.get('accept-encoding'), settings.encodings)
  return decideCompression({ response, context, settings, negotiated }).kind
}

const html = { 'content-type': 'text/html' }
const long = 'x'.repeat(2000)

describe('decideCompression', () => {
  it.each([
    ['leave', 'a type that is compressed already', stream([], { headers: { 'content-type': 'image/png' } })],
    ['leave', 'an encoding', stream([], { headers: { ...html, 'content-encoding': 'br' } })],
    ['leave', 'no-transform', stream([], { headers: { ...html, 'cache-control': 'no-transform' } })],
    ['vary', 'a part', reply(long, { status: 206, headers: html })],
    ['leave', 'no content', reply(null, { status: 204 })],
    ['leave', 'a file that is handed over', reply('', { headers: { 'x-sendfile': '/a' } })],
    ['leave', 'an empty body', reply('', { headers: html })],
    ['leave', 'a network error', Response.error()],
    ['unmodified', '304', reply(null, { status: 304 })],
    ['vary', 'a short text', reply('short')],
    ['vary', 'a stream of short length', stream(['a'], { headers: { ...html, 'content-length': '1' } })],
    ['buffered', 'a text', reply(long)],
    ['buffered', 'a list', reply(['a'])],
    ['buffered', 'an encoding that is none', reply(long, { headers: { 'content-encoding': 'identity' } })],
    ['streamed', 'a stream with a type', stream(['a'], { headers: html })],
    ['streamed', 'a web response', new Response(long)],
    ['untyped', 'a stream without a type', stream(['a'])],
  ])('says %s of %s', (kind, _, response) => {
    expect(decide(response)).toBe(kind)
  })

  it('says vary where this client does not get what others would', () => {
    expect(decide(reply(long), { fields: {} })).toBe('vary')
    expect(decide(stream(['a']), { method: 'HEAD' })).toBe('vary')
    const cookie = { fields: { 'accept-encoding': 'gzip', cookie: 'a=b' } }
    expect(decide(reply(long), cookie)).toBe('vary')
    expect(decide(reply(long), { ...cookie, options: { credentials: true } })).toBe('buffered')
  })

  it('forces what is short where nothing else is accepted', () => {
    expect(decide(reply('short'), { fields: { 'accept-encoding': 'gzip, identity;q=0' } })).toBe('buffered')
  })

  it('says streamed of events where they are wanted [STA-026]', () => {
    const make = () => stream([], { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
    expect(decide(make())).toBe('leave')
    expect(decide(make(), { options: { events: true } })).toBe('streamed')
  })
})
