import { expect, it } from 'vitest'
import type { Handler } from '../gateway/handler.ts'
import { stream } from '../reply/reply.ts'
import type { Environ, HeaderPair } from './application.ts'
import { toWsgi } from './to-wsgi.ts'

function createEnviron(change: Partial<Environ> = {}): Environ {
  const nothing = async () => new Uint8Array(0)
  return {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/',
    QUERY_STRING: '',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    'wsgi.version': [1, 0],
    'wsgi.url_scheme': 'http',
    'wsgi.input': {
      read: nothing,
      readline: nothing,
      readlines: async () => [],
      async *[Symbol.asyncIterator]() {},
    },
    'wsgi.errors': { write() {}, writelines() {}, flush() {} },
    'wsgi.multithread': false,
    'wsgi.multiprocess': false,
    'wsgi.run_once': false,
    ...change,
  }
}

async function call(handler: Handler, change?: Partial<Environ>) {
  const starts: [string, readonly HeaderPair[]][] = []
  const body = await toWsgi(handler)(createEnviron(change), (status, headers) => {
    starts.push([status, headers])
    return async () => {}
  })
  const texts: string[] = []
  for await (const block of body) texts.push(Buffer.from(Object(block)).toString())
  const close: unknown = Reflect.get(body, 'close')
  if (typeof close === 'function') await Reflect.apply(close, body, [])
  return { starts, texts }
}

it('toWsgi calls startResponse once, with a reason of its own, before it returns', async () => {
  const { starts, texts } = await call(() => stream(['one', '', 'two'], { status: 418 }))
  expect(starts).toEqual([['418 Client Error', []]])
  expect(texts).toEqual(['one', 'two'])
})

it('toWsgi reads the path byte by byte, below the place of the application', async () => {
  const { texts } = await call(({ path, url }) => `${path} ${url.host}`, {
    SCRIPT_NAME: '/shop',
    PATH_INFO: '/caf\u00c3\u00a9 ?',
    HTTP_HOST: 'example.com',
  })
  expect(texts).toEqual(['/shop/caf%C3%A9%20%3F example.com'])
})

it('toWsgi gives an empty body its length', async () => {
  const { starts, texts } = await call(() => '')
  expect(starts[0]?.[1]).toContainEqual(['content-length', '0'])
  expect(texts).toEqual([])
})
