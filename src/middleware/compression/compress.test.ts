import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, inflateSync, brotliDecompressSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import type { Replyable } from '../../gateway/handler.ts'
import { stack } from '../../gateway/stack.ts'
import { file } from '../../reply/file.ts'
import { Reply, reply, stream } from '../../reply/reply.ts'
import { conditional } from '../conditional.ts'
import { compress } from './compress.ts'
import type { CompressOptions } from './compress-options.ts'

const page = 'a line of text\n'.repeat(200)
const accepting = (value: string) => ({ 'accept-encoding': value })

interface Run {
  fields?: Record<string, string>
  method?: string
  options?: CompressOptions
}

async function run(answer: Replyable, made: Run = {}): Promise<Response> {
  const { fields = accepting('gzip'), method = 'GET', options } = made
  const response = await compress(options)(() => answer)(createContext(method, '/', fields))
  if (!(response instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
  return response
}

const head = ({ headers }: Response, ...names: string[]) => names.map((name) => headers.get(name))
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const text = (body = page, headers: Record<string, string> = {}) =>
  reply(body, { headers: { 'content-type': 'text/html', ...headers } })

function* lines() {
  for (const line of page.matchAll(/.*\n/g)) yield line[0]
}

describe('compress, buffered', () => {
  it.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ])('compresses in %s what the client accepts [CPY-040, STA-023]', async (encoding, decode) => {
    for (const answer of [page, [page], text(), lines()]) {
      const made = await run(answer, { fields: accepting(encoding) })
      expect(head(made, 'content-encoding', 'vary')).toEqual([encoding, 'Accept-Encoding'])
      if (!(made instanceof Reply)) throw new TypeError('Cannot measure what is no reply')
      const bytes = await bytesOf(made)
      expect(made.blocks.length).toBe(bytes.length)
      expect(decode(bytes).toString()).toBe(page)
    }
  })

  it('prefers zstd, br, gzip, deflate, unless told', async () => {
    const fields = accepting('deflate, gzip, br, zstd')
    expect(head(await run(page, { fields }), 'content-encoding')).toEqual(['zstd'])
    const options = { encodings: ['deflate', 'gzip'] } as const
    expect(head(await run(page, { fields, options }), 'content-encoding')).toEqual(['deflate'])
  })

  it('leaves the body as it is for who does not accept an encoding, with Vary [CPY-040]', async () => {
    for (const value of ['', 'identity', 'gzip;q=0', 'identity, gzip;q=0.5', 'x-unknown']) {
      const made = await run(page, { fields: accepting(value) })
      expect(head(made, 'content-encoding', 'vary')).toEqual([null, 'Accept-Encoding'])
      expect(await made.text()).toBe(page)
    }
    expect(head(await run(page, { fields: {} }), 'content-encoding', 'vary')).toEqual([
      null,
      'Accept-Encoding',
    ])
  })

  it('answers with 406 before the handler is called, where nothing is accepted [CPY-041]', async () => {
    const handler = vi.fn(() => page)
    for (const value of ['*;q=0', 'identity;q=0, gzip;q=0', '*;q=0.000,,']) {
      const made = compress()(handler)(createContext('GET', '/', accepting(value)))
      await expect(made).rejects.toMatchObject({ status: 406 })
    }
    expect(handler).not.toHaveBeenCalled()
  })

  it('tolerates commas that separate nothing [CPY-041]', async () => {
    expect(head(await run(page, { fields: accepting(',, gzip ,') }), 'content-encoding')).toEqual(['gzip'])
  })

  it('leaves short bodies alone, by the threshold [DJG-039, STA-023]', async () => {
    for (const answer of ['x'.repeat(1023), ['x'.repeat(1023)]]) {
      const made = await run(answer)
      expect(head(made, 'content-encoding', 'vary')).toEqual([null, 'Accept-Encoding'])
    }
    expect(head(await run('x'.repeat(1024)), 'content-encoding')).toEqual(['gzip'])
    expect(head(await run('x'.repeat(100), { options: { threshold: 100 } }), 'content-encoding')).toEqual([
      'gzip',
    ])
  })

  it('compresses however short for who takes nothing else', async () => {
    const made = await run('short', { fields: accepting('identity;q=0, gzip') })
    expect(gunzipSync(await bytesOf(made)).toString()).toBe('short')
  })

  it('sends plain what does not become smaller [DJG-041]', async () => {
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(2000)))
    for (const body of [noise, [noise]]) {
      const made = await run(reply(body, { headers: { 'content-type': 'text/plain' } }))
      expect(head(made, 'content-encoding', 'vary')).toEqual([null, 'Accept-Encoding'])
      expect((await bytesOf(made)).equals(noise)).toBe(true)
    }
  })

  it('leaves an encoding that is there alone [DJG-040]', async () => {
    const made = text(page, { 'content-encoding': 'x-mine' })
    expect(await run(made)).toBe(made)
    expect(head(made, 'vary', 'content-encoding')).toEqual([null, 'x-mine'])
  })

  it('respects no-transform', async () => {
    const made = text(page, { 'cache-control': 'private, No-Transform' })
    expect(await run(made)).toBe(made)
    expect(head(made, 'content-encoding', 'vary')).toEqual([null, null])
  })

  it('leaves parts alone, with the Vary of the whole', async () => {
    const part = reply(page, { status: 206, headers: { 'content-range': 'bytes 0-2999/9999' } })
    expect(await run(part)).toBe(part)
    expect(head(part, 'content-encoding', 'vary')).toEqual([null, 'Accept-Encoding'])
    const unsatisfied = reply(page, { status: 416, headers: { 'content-range': 'bytes */9999' } })
    expect(head(await run(unsatisfied), 'content-encoding', 'vary')).toEqual([null, null])
  })

  it('compresses by type: exact, of a kind, by suffix [CPY-044]', async () => {
    const wanted = [
      'text/csv',
      'application/json; charset=utf-8',
      'image/svg+xml',
      'application/problem+json',
    ]
    const unwanted = ['image/png', 'video/mp4', 'application/zip', 'application/octet-stream', 'font/woff2']
    for (const type of wanted) {
      expect(head(await run(text(page, { 'content-type': type })), 'content-encoding')).toEqual(['gzip'])
    }
    for (const type of unwanted) {
      expect(head(await run(text(page, { 'content-type': type })), 'content-encoding', 'vary')).toEqual([
        null,
        null,
      ])
    }
    const options = { types: ['image/*'] }
    const image = await run(text(page, { 'content-type': 'image/png' }), { options })
    expect(head(image, 'content-encoding')).toEqual(['gzip'])
    expect(head(await run(text(), { options }), 'content-encoding')).toEqual([null])
  })

  it('leaves bytes of no type and empty bodies alone [CPY-044]', async () => {
    for (const answer of [Buffer.alloc(2000), [Buffer.alloc(2000)], '', [''], null]) {
      expect(head(await run(answer), 'content-encoding')).toEqual([null])
    }
  })

  it('leaves replies to requests with credentials alone, unless told', async () => {
    for (const name of ['cookie', 'authorization']) {
      const fields = { ...accepting('gzip'), [name]: 'secret' }
      expect(head(await run(page, { fields }), 'content-encoding', 'vary')).toEqual([null, 'Accept-Encoding'])
      const options = { credentials: true }
      expect(head(await run(page, { fields, options }), 'content-encoding')).toEqual(['gzip'])
    }
  })

  it('compresses whatever the status [DJG-042]', async () => {
    const made = await run(reply(page, { status: 404 }))
    expect([made.status, made.headers.get('content-encoding')]).toEqual([404, 'gzip'])
  })

  it('adds to Vary once', async () => {
    for (const [vary, expected] of [
      ['Cookie', 'Cookie, Accept-Encoding'],
      ['accept-encoding', 'accept-encoding'],
      ['*', '*'],
    ]) {
      expect(head(await run(text(page, { vary: vary ?? '' })), 'vary')).toEqual([expected])
    }
  })

  it('drops what was true of other bytes, and weakens the tag [DJG-044]', async () => {
    const length = String(page.length)
    const made = await run(text(page, { 'content-length': length, 'accept-ranges': 'bytes', etag: '"1"' }))
    expect(head(made, 'content-length', 'accept-ranges', 'etag')).toEqual([null, null, 'W/"1"'])
    expect(head(await run(text(page, { etag: 'W/"1"' })), 'etag')).toEqual(['W/"1"'])
    expect(head(await run(text('short', { etag: '"1"' })), 'etag')).toEqual(['"1"'])
  })

  it('answers 304 to the tag that it has weakened [DJG-044]', async () => {
    const handler = stack(() => page, [compress(), conditional()])
    const first = await handler(createContext('GET', '/', accepting('gzip')))
    if (!(first instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\//)
    const fields = { ...accepting('gzip'), 'if-none-match': etag }
    const again = await handler(createContext('GET', '/', fields))
    expect(again).toMatchObject({ status: 304, body: null })
    if (!(again instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
    expect(head(again, 'etag', 'vary', 'content-encoding')).toEqual([etag, 'Accept-Encoding', null])
    const strong = await run(reply(null, { status: 304, headers: { etag: '"1"' } }))
    expect(head(strong, 'etag')).toEqual(['"1"'])
  })

  it('gives the same bytes each time, without a time in the gzip header [DJG-043]', async () => {
    const [one, other] = [await bytesOf(await run(page)), await bytesOf(await run(page))]
    expect(one.equals(other)).toBe(true)
    expect(one.readUInt32LE(4)).toBe(0)
  })

  it('G7: makes no body for HEAD, and tells what is known', async () => {
    const source = vi.fn(() => [page])
    const etag = { 'content-type': 'text/html', etag: '"1"' }
    const made = await run(reply(source, { headers: etag }), { method: 'HEAD' })
    expect(head(made, 'etag', 'vary')).toEqual(['W/"1"', 'Accept-Encoding'])
    expect(source).not.toHaveBeenCalled()
    const known = await run(page, { method: 'HEAD' })
    expect(head(known, 'content-encoding')).toEqual(['gzip'])
    if (!(known instanceof Reply)) throw new TypeError('Cannot measure what is no reply')
    expect(known.blocks.length).toBe((await bytesOf(await run(page))).length)
  })

  it('fails where the body fails, uncompressed [CPY-042]', async () => {
    const failing = function* () {
      yield page
      throw new Error('no')
    }
    await expect(run(failing)).rejects.toThrow('no')
  })
})

describe('compress, streamed', () => {
  it('is one gzip member, without a length [DJG-034, DJG-035, STA-024]', async () => {
    const type = { 'content-type': 'text/html' }
    const bytes = function* () {
      for (const line of lines()) yield Buffer.from(line)
    }
    const later = async function* () {
      yield* lines()
    }
    for (const source of [lines, bytes, later]) {
      const made = await run(stream(source, { headers: { ...type, 'content-length': String(page.length) } }))
      expect(made).toMatchObject({ streaming: true })
      expect(head(made, 'content-encoding', 'content-length', 'vary')).toEqual([
        'gzip',
        null,
        'Accept-Encoding',
      ])
      const compressed = await bytesOf(made)
      expect(gunzipSync(compressed).toString()).toBe(page)
      // One member: nowhere but at the start is there a header.
      expect(compressed.lastIndexOf(Buffer.from([0x1f, 0x8b, 0x08]))).toBe(0)
    }
  })

  it('has no threshold where the length is not known [DJG-039]', async () => {
    const made = await run(stream(['short'], { headers: { 'content-type': 'text/plain' } }))
    expect(gunzipSync(await bytesOf(made)).toString()).toBe('short')
  })

  it('gives the plain stream, with Vary, to who does not accept an encoding [STA-024]', async () => {
    const made = await run(stream(lines), { fields: {} })
    expect(head(made, 'content-encoding', 'vary')).toEqual([null, 'Accept-Encoding'])
    expect(await made.text()).toBe(page)
  })

  it('leaves events alone, unless told [STA-026]', async () => {
    const make = () => stream(['data: 1\n\n'], { headers: { 'content-type': 'text/event-stream' } })
    const made = make()
    expect(await run(made)).toBe(made)
    expect(head(made, 'content-encoding', 'vary')).toEqual([null, null])
    const told = await run(make(), { options: { events: true } })
    expect(gunzipSync(await bytesOf(told)).toString()).toBe('data: 1\n\n')
  })

  it('compresses the streams of other web responses', async () => {
    const made = await run(new Response(page, { headers: { 'content-type': 'text/html' } }))
    expect(gunzipSync(await bytesOf(made)).toString()).toBe(page)
    const plain = await run(new Response(page), { fields: {} })
    expect(head(plain, 'vary')).toEqual(['Accept-Encoding'])
    expect(await plain.text()).toBe(page)
  })

  it('never asks a source before its body is read, and closes it unread [CPY-044]', async () => {
    const source = vi.fn(() => [page])
    const headers = { 'content-type': 'text/html' }
    for (const method of ['HEAD', 'GET']) {
      const made = await run(stream(source, { headers }), { method })
      if (!(made instanceof Reply)) throw new TypeError('Cannot close what is no reply')
      expect(head(made, 'content-encoding')).toEqual(['gzip'])
      expect(await made.blocks.close()).toEqual([])
    }
    expect(source).not.toHaveBeenCalled()
  })

  it('forwards trailers, delivery and onClose', async () => {
    const over = Promise.withResolvers<{ kind: string }>()
    const onClose = over.resolve
    const headers = { 'content-type': 'text/html' }
    const made = await run(
      stream(lines, { headers, status: 201, delivery: 'turn', onClose, trailers: () => ({ a: 'b' }) }),
    )
    if (!(made instanceof Reply)) throw new TypeError('Cannot look at what is no reply')
    expect([made.status, made.options.delivery, made.options.trailers?.()]).toEqual([201, 'turn', { a: 'b' }])
    await made.text()
    expect(await over.promise).toMatchObject({ kind: 'complete' })
  })
})

describe('compress, files', () => {
  it('compresses a file, and leaves its parts and those handed over alone [DJG-038, STA-027]', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-compress-'))
    const path = join(folder, 'a.txt')
    await writeFile(path, page)
    const made = await run(await file(path))
    expect(head(made, 'content-encoding', 'content-length', 'accept-ranges')).toEqual(['gzip', null, null])
    expect(made.headers.get('etag')).toMatch(/^W\//)
    expect(gunzipSync(await bytesOf(made)).toString()).toBe(page)
    const part = await run(await file(path), { fields: { ...accepting('gzip'), range: 'bytes=0-1999' } })
    expect([part.status, ...head(part, 'content-encoding', 'content-length')]).toEqual([206, null, '2000'])
    const handed = await run(await file(path, { handOver: { kind: 'accel', uri: '/internal/a.txt' } }))
    expect(head(handed, 'content-encoding', 'x-accel-redirect')).toEqual([null, '/internal/a.txt'])
    await rm(folder, { recursive: true })
  })
})
