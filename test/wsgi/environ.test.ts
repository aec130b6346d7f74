import { describe, expect, it } from 'vitest'
import type { Application, Environ, WsgiOptions } from 'millrace/wsgi'
import { b, openApplication, plain } from './open-application.ts'

/** The environ that an application is given for a request as it is on the wire. */
async function environOf(request: readonly string[], options?: WsgiOptions): Promise<Environ> {
  const given = Promise.withResolvers<Environ>()
  await using served = await openApplication((environ, startResponse) => {
    given.resolve(environ)
    startResponse('200 OK', plain)
    return []
  }, options)
  served.client.send([...request, '', ''].join('\r\n'))
  expect((await served.client.reply()).status).toBe(200)
  return await given.promise
}

/** Answers with what it makes of `wsgi.input`. */
function reading(read: (input: Environ['wsgi.input']) => Promise<unknown>): Application {
  return async (environ, startResponse) => {
    const result = await read(environ['wsgi.input'])
    startResponse('200 OK', plain)
    return [b(JSON.stringify(result))]
  }
}

const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

describe('environ', () => {
  it('has the variables of CGI and of WSGI', async () => {
    const environ = await environOf([
      'POST /caf%C3%A9/a%2Fb%20c?x=%20y&z HTTP/1.1',
      'Host: example.com:8080',
      'Content-Type: text/plain',
      'Content-Length: 0',
      'X-Two: one',
      'X-Two: two',
      'Cookie: a=1',
      'Cookie: b=2',
    ])
    expect(environ).toMatchObject({
      REQUEST_METHOD: 'POST',
      SCRIPT_NAME: '',
      PATH_INFO: '/caf\u00c3\u00a9/a/b c',
      QUERY_STRING: 'x=%20y&z',
      CONTENT_TYPE: 'text/plain',
      CONTENT_LENGTH: '0',
      SERVER_NAME: 'example.com',
      SERVER_PORT: '8080',
      SERVER_PROTOCOL: 'HTTP/1.1',
      REMOTE_ADDR: '127.0.0.1',
      HTTP_HOST: 'example.com:8080',
      HTTP_X_TWO: 'one, two',
      HTTP_COOKIE: 'a=1; b=2',
      'wsgi.version': [1, 0],
      'wsgi.url_scheme': 'http',
      'wsgi.multithread': false,
      'wsgi.multiprocess': false,
      'wsgi.run_once': false,
    })
    expect(Object.getPrototypeOf(environ)).toBe(Object.prototype)
    expect(environ['HTTP_CONTENT_TYPE']).toBeUndefined()
    expect(environ['HTTP_CONTENT_LENGTH']).toBeUndefined()
  })

  it('says that the server may suspend the application [XWF-005]', async () => {
    expect((await environOf(['GET / HTTP/1.1', 'Host: x']))['wsgi.asynchronous']).toBe(true)
  })

  it('leaves out what is not there, and what could pass for something else', async () => {
    const environ = await environOf(['GET / HTTP/1.0', 'X_Remote-User: root', 'Proxy: http://evil.example'])
    expect(environ).toMatchObject({ SERVER_PROTOCOL: 'HTTP/1.0', QUERY_STRING: '', PATH_INFO: '/' })
    for (const name of ['CONTENT_TYPE', 'CONTENT_LENGTH', 'HTTP_X_REMOTE_USER', 'HTTP_PROXY']) {
      expect(environ).not.toHaveProperty(name)
    }
  })

  it('divides the path where the application stands', async () => {
    const paths = ['/shop/cart', '/shop', '/shopping', '/'] as const
    const found: unknown[] = []
    for (const path of paths) {
      const { SCRIPT_NAME, PATH_INFO } = await environOf([`GET ${path} HTTP/1.1`, 'Host: x'], {
        script: '/shop',
      })
      found.push([SCRIPT_NAME, PATH_INFO])
    }
    expect(found).toEqual([
      ['/shop', '/cart'],
      ['/shop', ''],
      ['', '/shopping'],
      ['', '/'],
    ])
  })

  it('tells the options of the server on', async () => {
    const environ = await environOf(['GET / HTTP/1.1', 'Host: x'], { multiprocess: true })
    expect(environ['wsgi.multiprocess']).toBe(true)
  })

  it('wsgi.errors takes text and lines', async () => {
    await using served = await openApplication(({ 'wsgi.errors': errors }, startResponse) => {
      errors.write('one\n')
      errors.writelines(['two\n', 'three\n'])
      errors.flush()
      startResponse('200 OK', plain)
      return []
    })
    served.client.get('/')
    await served.client.reply()
    expect(served.log).toEqual(['one\n', 'two\n', 'three\n'])
  })
})

describe('wsgi.input', () => {
  it('reads so many bytes, then the rest, then nothing', async () => {
    await using served = await openApplication(
      reading(async (input) => [
        text(await input.read(3)),
        text(await input.read(0)),
        text(await input.read()),
        text(await input.read(5)),
        text(await input.readline()),
      ]),
    )
    served.client.send(`${post(10)}0123456789`)
    expect(JSON.parse((await served.client.reply()).text)).toEqual(['012', '', '3456789', '', ''])
  })

  it('reads lines, in parts and with a hint', async () => {
    await using served = await openApplication(
      reading(async (input) => [
        text(await input.readline()),
        text(await input.readline(2)),
        text(await input.readline(20)),
        (await input.readlines(3)).map(text),
        (await input.readlines()).map(text),
      ]),
    )
    served.client.send(`${post(25)}one\ntwo\nthree\n\nfour\nfive\n`)
    expect(JSON.parse((await served.client.reply()).text)).toEqual([
      'one\n',
      'tw',
      'o\n',
      ['three\n'],
      ['\n', 'four\n', 'five\n'],
    ])
  })

  it('gives its lines one by one, across the pieces in which they come', async () => {
    await using served = await openApplication(
      reading(async (input) => {
        const lines: string[] = []
        for await (const line of input) lines.push(text(line))
        return lines
      }),
    )
    const { client } = served
    client.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (const piece of ['on', 'e\ntw', 'o\n', 'end'])
      client.send(`${piece.length.toString(16)}\r\n${piece}\r\n`)
    client.send('0\r\n\r\n')
    expect(JSON.parse((await client.reply()).text)).toEqual(['one\n', 'two\n', 'end'])
  })

  it('is empty for a request without a body', async () => {
    await using served = await openApplication(reading(async (input) => text(await input.read())))
    served.client.get('/')
    expect((await served.client.reply()).text).toBe('""')
  })

  it('tells a client to continue when it is first read, and not before [PEP-059]', async () => {
    const read = Promise.withResolvers<void>()
    const called = Promise.withResolvers<void>()
    await using served = await openApplication(
      reading(async (input) => {
        called.resolve()
        await read.promise
        return text(await input.read())
      }),
    )
    const { client } = served
    client.send('POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
    await called.promise
    expect(client.received).toBe('')
    read.resolve()
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('body')
    expect((await client.reply()).text).toBe('"body"')
  })

  it('sends no 100 where the body is not read [PEP-059]', async () => {
    await using served = await openApplication((_environ, startResponse) => {
      startResponse('403 No', plain)
      return [b('no')]
    })
    served.client.send('POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
    expect((await served.client.reply()).status).toBe(403)
  })
})
