// What RFC 9112 forbids is refused before a handler sees it, and what stands behind it is never taken for a request.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestServer, type TestServer } from '../support/test-server.ts'

const HOST = 'Host: test\r\n'
const HIDDEN = `GET /hidden HTTP/1.1\r\n${HOST}\r\n`

const toGet = (fields: string, target = '/') => `GET ${target} HTTP/1.1\r\n${fields}\r\n`
const toPost = (fields: string, body = '') => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`
const toChunked = (body: string) => toPost('Transfer-Encoding: chunked\r\n', body)

/** Nobody can tell where they end: the connection ends with the reply. */
const doubtful: readonly (readonly [what: string, status: number, request: string])[] = [
  // RFC 9112 §6.1 and §6.3.
  ['a coding and a length', 400, toPost('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '0\r\n\r\n')],
  ['a length and a coding', 400, toPost('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['an empty coding', 400, toPost('Transfer-Encoding:\r\n')],
  ['an empty coding and an expectation', 400, toPost('Transfer-Encoding:\r\nExpect: other\r\n')],
  ['an empty coding and a length', 400, toPost(`Transfer-Encoding:\r\nContent-Length: ${HIDDEN.length}\r\n`)],
  ['a coding that is not chunked', 400, toPost('Transfer-Encoding: gzip\r\n')],
  ['a coding that is not chunked, of a GET', 400, toGet(`${HOST}Transfer-Encoding: gzip\r\n`)],
  ['identity', 400, toPost('Transfer-Encoding: identity\r\n')],
  ['identity and a length', 400, toPost('Transfer-Encoding: identity\r\nContent-Length: 0\r\n')],
  ['chunked before another coding', 400, toPost('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n')],
  ['chunked twice', 400, toPost('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')],
  ['chunked in two fields', 400, toPost('Transfer-Encoding: chunked\r\n'.repeat(2), '0\r\n\r\n')],
  ['another coding before chunked', 400, toPost('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
  [
    'another coding before chunked, in two fields',
    400,
    toPost('Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  ],
  ['a word like chunked', 400, toPost('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
  ['chunked in quotes', 400, toPost('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n')],
  ['chunked with a parameter', 400, toPost('Transfer-Encoding: chunked;a=b\r\n', '0\r\n\r\n')],
  ['chunked behind a comma', 400, toPost('Transfer-Encoding: ,chunked\r\n', '0\r\n\r\n')],
  ['chunked before a comma', 400, toPost('Transfer-Encoding: chunked,\r\n', '0\r\n\r\n')],
  ['chunked behind a vertical tab', 400, toPost('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n')],
  [
    'a coding of HTTP/1.0',
    400,
    `POST / HTTP/1.0\r\n${HOST}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', 400, toPost('Content-Length: 0\r\nContent-Length: 3\r\n')],
  ['the same length twice', 400, toPost('Content-Length: 0\r\nContent-Length: 0\r\n')],
  ['a list of lengths', 400, toPost('Content-Length: 0, 0\r\n')],
  ['a length with a plus', 400, toPost('Content-Length: +0\r\n')],
  ['a length with a minus', 400, toPost('Content-Length: -0\r\n')],
  ['a length in hexadecimal', 400, toPost('Content-Length: 0x0\r\n')],
  ['a length with a point', 400, toPost('Content-Length: 0.0\r\n')],
  ['a length with an exponent', 400, toPost('Content-Length: 0e0\r\n')],
  ['an empty length', 400, toPost('Content-Length:\r\n')],
  ['a length of two words', 400, toPost('Content-Length: 0 0\r\n')],
  ['a length beyond all numbers', 400, toPost('Content-Length: 99999999999999999999\r\n')],
  // RFC 9112 §2.2, §5: the shape of lines and fields.
  ['a field that goes on in the next line', 400, toGet(`${HOST}A: b\r\n c\r\n`)],
  ['a coding that goes on in the next line', 400, toPost('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n')],
  ['a first field that is indented', 400, toGet(` ${HOST}`)],
  ['a space before the colon', 400, toGet(`${HOST}A : b\r\n`)],
  ['a space before the colon of a length', 400, toPost(`Content-Length : ${HIDDEN.length}\r\n`)],
  ['a lone LF after the request line', 400, `GET / HTTP/1.1\n${HOST}\r\n`],
  ['a lone LF after a field', 400, toGet('Host: test\nA: b\r\n')],
  ['a lone LF at the end of the head', 400, `GET / HTTP/1.1\r\n${HOST}\n`],
  ['a lone CR in a value', 400, toGet(`${HOST}A: b\rC: d\r\n`)],
  ['a lone CR before a name', 400, toGet(`${HOST}\rA: b\r\n`)],
  ['a lone CR before the end of a line', 400, toGet(`${HOST}A: b\r\r\n`)],
  ['a NUL in a value', 400, toGet(`${HOST}A: b\0c\r\n`)],
  ['a control character in a value', 400, toGet(`${HOST}A: b\x01c\r\n`)],
  ['a bracket in a name', 400, toGet(`${HOST}A(b: c\r\n`)],
  ['an empty name', 400, toGet(`${HOST}: c\r\n`)],
  ['a line without a colon', 400, toGet(`${HOST}abc\r\n`)],
  // RFC 9112 §3.
  ['a control character in the target', 400, toGet(HOST, '/a\x01b')],
  ['a NUL in the target', 400, toGet(HOST, '/a\0b')],
  ['a tab in the target', 400, toGet(HOST, '/a\tb')],
  ['a space in the target', 400, toGet(HOST, '/a b')],
  ['DEL in the target', 400, toGet(HOST, '/a\x7fb')],
  ['latin1 in the target', 400, toGet(HOST, '/\xe9')],
  ['UTF-8 in the target', 400, toGet(HOST, '/\xc3\xa9')],
  ['a target without a slash', 400, toGet(HOST, 'a')],
  ['a query alone', 400, toGet(HOST, '?a')],
  ['a tunnel', 501, `CONNECT test:80 HTTP/1.1\r\n${HOST}\r\n`],
  ['a method that nobody knows', 501, `FOO / HTTP/1.1\r\n${HOST}\r\n`],
  ['a method in small letters', 400, `get / HTTP/1.1\r\n${HOST}\r\n`],
  ['a handshake of TLS', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['the preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/2 in the request line', 400, `GET / HTTP/2.0\r\n${HOST}\r\n`],
  // RFC 9110 §10.1.1: who waits to be told to go on, and is refused, may send its body or not.
  [
    'two Hosts and who waits',
    400,
    toPost('Host: other\r\nContent-Length: 3\r\nExpect: 100-continue\r\n', 'abc'),
  ],
  ['HTTP/0.9', 400, 'GET /\r\n\r\n'],
  ['HTTP/0.9 that says so', 400, `GET / HTTP/0.9\r\n${HOST}\r\n`],
  ['HTTP/1.2', 400, `GET / HTTP/1.2\r\n${HOST}\r\n`],
  ['http in small letters', 400, `GET / http/1.1\r\n${HOST}\r\n`],
  ['a version of two digits', 400, `GET / HTTP/1.10\r\n${HOST}\r\n`],
  ['a space behind the version', 400, `GET / HTTP/1.1 \r\n${HOST}\r\n`],
  ['tabs in the request line', 400, `GET\t/\tHTTP/1.1\r\n${HOST}\r\n`],
]

/** Their end is clear, and what they ask for is not. */
const refused: readonly (readonly [what: string, request: string])[] = [
  ['two Hosts', toGet(`${HOST}Host: other\r\n`)],
  ['the same Host twice', toGet(`${HOST}${HOST}`)],
  ['two Hosts and a whole URL', toGet(`${HOST}Host: other\r\n`, 'http://test/')],
  ['two Hosts and an expectation', toGet(`${HOST}Host: other\r\nExpect: other\r\n`)],
  ['no Host', toGet('')],
  ['no Host and a whole URL', toGet('', 'http://test/')],
  ['an empty Host', toGet('Host:\r\n')],
  ['a Host with a space', toGet('Host: a b\r\n')],
  ['a Host with a user', toGet('Host: me@test\r\n')],
  ['a Host with a path', toGet('Host: test/a\r\n')],
  ['a list of Hosts', toGet('Host: a, b\r\n')],
  ['a bad Host and a whole URL', toGet('Host: a/b\r\n', 'http://test/')],
  ['GET *', toGet(HOST, '*')],
  ['OPTIONS **', `OPTIONS ** HTTP/1.1\r\n${HOST}\r\n`],
  ['a fragment', toGet(HOST, '/a#b')],
  ['a fragment of a whole URL', toGet(HOST, 'http://test/a#b')],
  ['a backslash in the path', toGet(HOST, '/a\\b')],
  ['a backslash for a slash', toGet(HOST, '/\\evil/a')],
  ['a quotation mark in the target', toGet(HOST, '/a"b')],
  ['an angle bracket in the target', toGet(HOST, '/?<b>')],
  ['a whole URL with a user', toGet(HOST, 'http://me:secret@test/')],
  ['a whole URL without a host', toGet(HOST, 'http:///a')],
  ['a whole URL of another scheme', toGet(HOST, 'ftp://test/a')],
]

/** Strange, and allowed. */
const taken: readonly (readonly [what: string, request: string, path: string])[] = [
  ['empty lines before it', `\r\n\r\n${toGet(HOST)}`, '/'],
  // RFC 9112 §3: words may be parted by more than one space.
  ['two spaces', `GET  / HTTP/1.1\r\n${HOST}\r\n`, '/'],
  ['chunked in capitals', toPost('Transfer-Encoding: CHUNKED\r\n', '0\r\n\r\n'), '/'],
  ['chunked behind a tab', toPost('Transfer-Encoding:\tchunked\r\n', '0\r\n\r\n'), '/'],
  ['an extension of a chunk', toChunked('3;a=b\r\nabc\r\n0\r\n\r\n'), '/'],
  ['a length with a zero before it', toPost('Content-Length: 03\r\n', 'abc'), '/'],
  ['a length with spaces around it', toPost('Content-Length:  3 \r\n', 'abc'), '/'],
  ['a GET with a body', toGet(`${HOST}Content-Length: ${HIDDEN.length}\r\n`) + HIDDEN, '/'],
  ['what browsers send as it was typed', toGet(HOST, '/a|b^c?{d}`\\[e]'), '/a|b^c'],
  ['a percent sign alone', toGet(HOST, '/a?%'), '/a'],
  ['two slashes', toGet(HOST, '//evil/a'), '//evil/a'],
  ['a whole URL of another host', toGet(HOST, 'http://other/a'), '/a'],
  ['HTTP/1.0 without a Host', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', '/'],
]

/** Their body is malformed: a handler may have begun to read it. */
const broken: readonly (readonly [what: string, body: string])[] = [
  ['a lone LF after the size', '3\nabc\r\n0\r\n\r\n'],
  ['a lone LF after the data', '3\r\nabc\n0\r\n\r\n'],
  ['a lone LF in an extension', '3;a=\nb\r\nabc\r\n0\r\n\r\n'],
  ['a space behind the size', '3 \r\nabc\r\n0\r\n\r\n'],
  ['a size with 0x', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['a size with a plus', '+3\r\nabc\r\n0\r\n\r\n'],
  ['a size with a minus', '-3\r\nabc\r\n0\r\n\r\n'],
  ['no size', '\r\nabc\r\n0\r\n\r\n'],
  ['a size beyond all numbers', '10000000000000003\r\nabc\r\n0\r\n\r\n'],
  ['more data than the size', '3\r\nabcd\r\n0\r\n\r\n'],
]

describe.each(['inline', 'thread'] as const)('a request to a server with transmitter %s', (transmitter) => {
  const asked: string[] = []
  let server: TestServer

  beforeAll(async () => {
    server = await openTestServer({
      transmitter,
      health: true,
      use: [
        (handler) => (context) => {
          asked.push(context.path)
          return handler(context)
        },
      ],
      routes: { '/**': async ({ request }) => `read ${await request.text()}` },
    })
  })
  beforeEach(() => void asked.splice(0))
  afterAll(() => server[Symbol.asyncDispose]())

  async function next() {
    const client = server.client()
    client.get('/next')
    return (await client.reply()).text
  }

  it.each(doubtful)('with %s is told %i, and nothing behind it is read', async (_, status, request) => {
    const client = server.client()
    client.send(request + HIDDEN)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status, isComplete: true })
    expect(reply.headers.get('connection')).toBe('close')
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain/)
    expect((await client.toEnd()).text).toBe('')
    expect(asked).toEqual([])
    expect(await next()).toBe('read ')
    expect(server.reported).toEqual([])
  })

  it.each(refused)('with %s is told 400, and the next is answered', async (_, request) => {
    const client = server.client()
    client.send(request)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status: 400, isComplete: true })
    expect(reply.text).toMatch(/Cannot use/)
    client.get('/next')
    expect((await client.reply()).text).toBe('read ')
    expect(asked).toEqual(['/next'])
    expect(server.reported).toEqual([])
  })

  it.each(taken)('with %s is answered, and so is the next', async (_, request, path) => {
    const client = server.client()
    client.send(request)
    client.get('/next')
    expect(await client.reply()).toMatchObject({ status: 200, isComplete: true })
    expect(await client.reply()).toMatchObject({ status: 200, isComplete: true })
    expect(asked).toEqual([path, '/next'])
  })

  it.each(broken)('whose body has %s is told 400 or cut, and nothing behind it is read', async (_, body) => {
    const client = server.client()
    client.send(toChunked(body) + HIDDEN)
    const { text } = await client.toEnd()
    expect(text).toMatch(/^(?:HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n.*)?$/s)
    expect(asked).toEqual(['/'])
    expect(await next()).toBe('read ')
    expect(server.reported).toEqual([])
  })

  it.each([
    ['websocket', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
    ['h2c', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'],
  ])('that asks for %s is answered as if it did not, and is the last', async (_, fields) => {
    for (const request of [toGet(HOST + fields), toPost(`${fields}Content-Length: 3\r\n`, 'abc')]) {
      const client = server.client()
      client.send(request + HIDDEN)
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 200, isComplete: true })
      expect(reply.headers.get('connection')).toBe('close')
      expect((await client.toEnd()).text).toBe('')
    }
    expect(asked).toEqual(['/', '/'])
  })

  it('that asks for an upgrade hides none in what comes later', async () => {
    const client = server.client()
    client.send(`${toGet(`${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n`)}POST / HTTP/1.1\r\n${HOST}`)
    client.send(`Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`)
    expect(await client.reply()).toMatchObject({ status: 200, text: 'read ' })
    expect((await client.toEnd()).text).toBe('')
    expect(asked).toEqual(['/'])
  })

  it('that asks for an upgrade, and whose body is malformed, does not outlive its client', async () => {
    const client = server.client()
    client.send(toPost('Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n', '3\r\nabc='))
    client.socket.end()
    expect(await client.toEnd()).toMatchObject({ text: '' })
  })

  it('behind one that is answered still ends its connection alone', async () => {
    const client = server.client()
    client.get('/first')
    client.send('GET /behind HTTP/1.1\r\nA B\r\n\r\n')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'read ', isComplete: true })
    await client.toEnd()
    expect(asked).toContain('/first')
    expect(asked).not.toContain('/behind')
  })

  it('for health is refused like any other', async () => {
    const client = server.client()
    client.send(toGet(`${HOST}Transfer-Encoding: gzip, chunked\r\n`, '/healthz') + HIDDEN)
    expect(await client.reply()).toMatchObject({ status: 400 })
    expect((await client.toEnd()).text).toBe('')
  })
})
