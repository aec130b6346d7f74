import { mkdtemp, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { file, type FileInit } from '../file.ts'
import type { Reply } from '../reply.ts'
import { FileReply, forRequest, toBarredHeaders, toUnmodifiedHeaders } from './file-reply.ts'

let folder = ''
const at = (name: string) => join(folder, name)
const changed = 1_000_000_000
const date = 'Sun, 09 Sep 2001 01:46:40 GMT'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-file-reply-'))
  for (const [name, text] of [
    ['ten.txt', '0123456789'],
    ['ten.txt.br', 'br'],
    ['ten.txt.gz', 'gzip'],
    ['empty', ''],
  ] as const) {
    await writeFile(at(name), text)
    await utimes(at(name), changed, changed)
  }
})

afterAll(() => rm(folder, { recursive: true }))

function request(fields: Record<string, string>, method = 'GET') {
  return { method, headers: new Headers(fields) }
}

function ask(fields: Record<string, string>, init: FileInit = {}): Promise<Reply> {
  return file(at('ten.txt'), { etag: '"v1"', ...init, request: request(fields) })
}

describe('FileReply', () => {
  it('answers a range with exactly its bytes [WKZ-026, STA-012]', async () => {
    const made = await ask({ range: 'bytes=0-4' })
    expect(made.status).toBe(206)
    expect(made.headers.get('content-range')).toBe('bytes 0-4/10')
    expect(made.headers.get('content-length')).toBe('5')
    expect(made.headers.get('accept-ranges')).toBe('bytes')
    expect(made.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await made.text()).toBe('01234')
  })

  it.each([
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=0-', '0123456789', 'bytes 0-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=2-3,4-5', '2345', 'bytes 2-5/10'],
  ])(
    'answers %s with %s [WKZ-027, WKZ-028, WKZ-034, STA-015, STA-019]',
    async (range, text, contentRange) => {
      const made = await ask({ range })
      expect([made.status, made.headers.get('content-range'), await made.text()]).toEqual([
        206,
        contentRange,
        text,
      ])
    },
  )

  it('answers several ranges with multipart/byteranges of the announced length [STA-013, WKZ-036, CPY-049]', async () => {
    const made = await ask({ range: 'bytes=8-,0-1' })
    const type = made.headers.get('content-type') ?? ''
    const [, boundary = ''] = /^multipart\/byteranges; boundary=([\w-]{36})$/.exec(type) ?? []
    const text = await made.text()
    expect(made.status).toBe(206)
    expect(made.headers.has('content-range')).toBe(false)
    expect(made.headers.get('content-length')).toBe(String(text.length))
    expect(text.split(`--${boundary}`)).toEqual([
      '',
      '\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n',
      '\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n',
      '--\r\n',
    ])
  })

  it('makes another boundary each time', async () => {
    const replies = [await ask({ range: 'bytes=8-,0-1' }), await ask({ range: 'bytes=8-,0-1' })]
    expect(new Set(replies.map(({ headers }) => headers.get('content-type'))).size).toBe(2)
  })

  it('tells the length when a range cannot be had [STA-017, CPY-049]', async () => {
    const made = await ask({ range: 'bytes=10-' }, { maxAge: 10 })
    expect(made.status).toBe(416)
    expect(Object.fromEntries(made.headers)).toEqual({
      'accept-ranges': 'bytes',
      'content-length': '0',
      'content-range': 'bytes */10',
    })
    expect(await made.text()).toBe('')
  })

  it.each([
    ['a malformed range', { range: 'bytes=5-2' }],
    ['another unit', { range: 'items=0-1' }],
    ['a range with a stale tag', { range: 'bytes=0-1', 'if-range': '"v0"' }],
    ['a range with a stale date', { range: 'bytes=0-1', 'if-range': 'Sat, 08 Sep 2001 01:46:40 GMT' }],
  ])('is whole for %s [STA-018, STA-020, WKZ-031, WKZ-035, WKZ-039]', async (_, fields) => {
    const made = await ask(fields)
    expect([made.status, made.headers.has('content-range')]).toEqual([200, false])
    expect(made.headers.get('accept-ranges')).toBe('bytes')
    expect(await made.text()).toBe('0123456789')
  })

  it.each([{ 'if-range': '"v1"' }, { 'if-range': date }])('is a part for %j [STA-020]', async (fields) => {
    expect((await ask({ range: 'bytes=0-1', ...fields })).status).toBe(206)
  })

  it('is whole where ranges are turned off', async () => {
    const made = await ask({ range: 'bytes=0-1' }, { headers: { 'accept-ranges': 'none' } })
    expect([made.status, made.headers.get('accept-ranges')]).toEqual([200, 'none'])
  })

  it('ignores a range of an empty file [WKZ-029]', async () => {
    const made = await file(at('empty'), { request: request({ range: 'bytes=0-4' }) })
    expect([made.status, await made.text()]).toEqual([200, ''])
  })

  it.each([
    [{ 'if-none-match': '"v1"' }],
    [{ 'if-none-match': 'W/"v1"' }],
    [{ 'if-modified-since': date }],
    [{ 'if-none-match': '"v1"', range: 'bytes=0-1' }],
  ])('is 304 for %j [STA-036, WKZ-037, WKZ-044]', async (fields) => {
    const made = await ask(fields, { headers: { vary: 'cookie', 'set-cookie': 'a=b' }, filename: 'x' })
    expect(made.status).toBe(304)
    expect(made.body).toBe(null)
    expect(Object.fromEntries(made.headers)).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
      etag: '"v1"',
      'last-modified': date,
      'set-cookie': 'a=b',
      vary: 'cookie',
    })
  })

  it.each([{ 'if-match': '"v0"' }, { 'if-unmodified-since': 'Sat, 08 Sep 2001 01:46:40 GMT' }])(
    'is 412 for %j [DJG-062]',
    async (fields) => {
      const made = await ask(fields)
      expect([made.status, made.headers.has('etag'), await made.text()]).toEqual([412, false, ''])
    },
  )

  it('looks at the head as middleware has left it', async () => {
    const made = await file(at('ten.txt'))
    made.headers.set('etag', '"mine"')
    expect(forRequest(made, request({ 'if-none-match': '"mine"' })).status).toBe(304)
  })

  it('stays whole for another status and another method', async () => {
    const missing = await file(at('ten.txt'), { status: 404 })
    expect(forRequest(missing, request({ range: 'bytes=0-1' }))).toBe(missing)
    const posted = await file(at('ten.txt'))
    expect(forRequest(posted, request({ range: 'bytes=0-1', 'if-none-match': '*' }, 'POST'))).toBe(posted)
  })

  it('G7: ignores a range of HEAD, but not a condition [WKZ-038]', async () => {
    const made = await file(at('ten.txt'))
    expect(forRequest(made, request({ range: 'bytes=0-1' }, 'HEAD'))).toBe(made)
    expect(forRequest(made, request({ 'if-modified-since': date }, 'HEAD')).status).toBe(304)
  })

  it.each([
    { range: 'bytes=0-1' },
    { range: 'bytes=0-1,5-6' },
    { range: 'bytes=99-' },
    { 'if-none-match': '*' },
  ])('G5: closes what was registered on the whole, for %j', async (fields) => {
    const whole = await file(at('ten.txt'))
    const closer = vi.fn<() => void>()
    whole.blocks.onClose(closer)
    if (!(whole instanceof FileReply)) throw new TypeError('Cannot ask a reply that is no file')
    const made = whole.forRequest(request(fields))
    await made.text()
    expect(await made.blocks.close()).toEqual([])
    expect(closer).toHaveBeenCalledOnce()
  })

  it('keeps the options of the whole', async () => {
    const onClose = vi.fn<() => void>()
    const made = await ask({ range: 'bytes=0-1' }, { onClose, delivery: 'turn' })
    expect(made.options).toMatchObject({ onClose, delivery: 'turn' })
  })

  it('G6: fails when the file becomes too short for the part', async () => {
    await writeFile(at('short'), '0123456789')
    for (const range of ['bytes=4-9', 'bytes=0-1,4-9']) {
      await truncate(at('short'), 10)
      const made = await file(at('short'), { request: request({ range }) })
      await truncate(at('short'), 6)
      await expect(made.text()).rejects.toMatchObject({ cause: { code: 'G6' } })
    }
  })

  it('leaves any other response as it is', () => {
    const response = new Response('x')
    expect(forRequest(response, request({ range: 'bytes=0-0' }))).toBe(response)
  })

  it('sends a compressed file to a client that takes it', async () => {
    const made = await ask({ 'accept-encoding': 'gzip' }, { precompressed: true })
    const { size, mtimeNs } = await stat(at('ten.txt.gz'), { bigint: true })
    expect(Object.fromEntries(made.headers)).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': '4',
      'content-type': 'text/plain; charset=utf-8',
      etag: `"v1-gzip-${size.toString(16)}-${mtimeNs.toString(16)}"`,
      vary: 'accept-encoding',
    })
    expect(await made.text()).toBe('gzip')
    const better = await ask({ 'accept-encoding': 'gzip, br' }, { precompressed: true })
    expect(await better.text()).toBe('br')
  })

  it('knows the compressed file by its own tag, and gives ranges of it', async () => {
    const fields = { 'accept-encoding': 'gzip' }
    const etag = (await ask(fields, { precompressed: true })).headers.get('etag') ?? ''
    const again = await ask({ ...fields, 'if-none-match': etag }, { precompressed: true })
    expect([again.status, again.headers.get('vary')]).toEqual([304, 'accept-encoding'])
    expect((await ask({ 'if-none-match': etag }, { precompressed: true })).status).toBe(200)
    const part = await ask({ ...fields, range: 'bytes=1-2' }, { precompressed: true })
    expect([part.headers.get('content-range'), await part.text()]).toEqual(['bytes 1-2/4', 'zi'])
  })

  it('sends the file as it is where no compressed one is wanted', async () => {
    const plain = await ask({ 'accept-encoding': 'identity' }, { precompressed: true })
    expect([plain.headers.get('vary'), plain.headers.has('content-encoding')]).toEqual([
      'accept-encoding',
      false,
    ])
    expect(await plain.text()).toBe('0123456789')
    const off = await ask({ 'accept-encoding': 'gzip' })
    expect([off.headers.has('vary'), await off.text()]).toEqual([false, '0123456789'])
    const some = await ask({ 'accept-encoding': 'br' }, { precompressed: ['gzip'] })
    expect(await some.text()).toBe('0123456789')
  })
})

describe('toUnmodifiedHeaders', () => {
  it('keeps what RFC 9110 asks for and what the application adds, without a description of a body [DJG-047, WKZ-013]', () => {
    const kept = {
      'cache-control': 'no-cache',
      'content-location': '/x',
      'content-security-policy': "default-src 'self'",
      date,
      etag: '"1"',
      expires: date,
      'last-modified': date,
      'set-cookie': 'a=b',
      vary: 'cookie',
    }
    const dropped = { 'content-language': 'pt', 'content-length': '1', 'content-type': 'text/plain' }
    expect(Object.fromEntries(toUnmodifiedHeaders(new Headers({ ...kept, ...dropped })))).toEqual(kept)
  })
})

describe('toBarredHeaders', () => {
  it('has nothing by which it could be kept', () => {
    const headers = new Headers({
      etag: '"1"',
      'last-modified': date,
      'cache-control': 'max-age=1',
      expires: date,
      a: 'b',
    })
    expect(Object.fromEntries(toBarredHeaders(headers, { c: 'd' }))).toEqual({
      a: 'b',
      c: 'd',
      'content-length': '0',
    })
  })
})
