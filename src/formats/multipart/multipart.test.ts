import { buffer } from 'node:stream/consumers'
import { Busboy } from '@fastify/busboy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMultipart } from '../../../test/support/parse-multipart.ts'
import { json } from '../json/json.ts'
import { stream } from '../../reply/reply.ts'
import { multipart, type MultipartInit } from './multipart.ts'
import type { Part } from './part.ts'

async function readParts(reply: Response) {
  return parseMultipart(reply.headers.get('content-type') ?? '', new Uint8Array(await reply.arrayBuffer()))
}

describe('multipart', () => {
  it('is multipart/mixed with a random boundary', async () => {
    const made = multipart([{ type: 'text/plain', body: 'x' }, json({ ok: true })])
    expect(made.streaming).toBe(true)
    expect(made.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=[\w-]{24}$/)
    expect(await readParts(made)).toEqual([
      { headers: { 'content-type': 'text/plain' }, body: Buffer.from('x') },
      { headers: { 'content-type': 'application/json' }, body: Buffer.from('{"ok":true}') },
    ])
    const boundaries = Array.from({ length: 100 }, () => multipart([]).headers.get('content-type'))
    expect(new Set(boundaries).size).toBe(100)
  })

  it('pushes by the block, and is neither stored nor gathered on its way', () => {
    const made = multipart([], { subtype: 'x-mixed-replace' })
    expect(made.options.delivery).toBe('block')
    expect(Object.fromEntries(made.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'content-type': expect.stringMatching(/^multipart\/x-mixed-replace; boundary=/),
    })
    const headers = { 'cache-control': 'private', 'x-accel-buffering': 'yes' }
    expect(Object.fromEntries(multipart([], { subtype: 'x-mixed-replace', headers }).headers)).toMatchObject(
      headers,
    )
  })

  it.each<[string, MultipartInit]>([
    ['another case', { subtype: 'X-Mixed-Replace' }],
    ['its headers', { headers: { 'content-type': 'multipart/x-mixed-replace' } }],
    ['its headers, with more', { headers: { 'Content-Type': 'Multipart/X-MIXED-replace ; a=b' } }],
  ])('pushes too where the type comes in %s', async (_, init) => {
    const made = multipart([{ body: 'x' }, { body: 'y' }], init)
    expect(made.options.delivery).toBe('block')
    expect(Object.fromEntries(made.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    expect(await readParts(made)).toHaveLength(3)
  })

  it.each<MultipartInit>([
    { subtype: 'x-mixed-replaced' },
    { subtype: 'x-mixed-replace', headers: { 'content-type': 'multipart/mixed; a=x-mixed-replace' } },
  ])('pushes with no other type: %j', async (init) => {
    const made = multipart([{ body: 'x' }, { body: 'y' }], init)
    expect(made.options.delivery).toBeUndefined()
    expect(made.headers.has('cache-control')).toBe(false)
    expect(await readParts(made)).toHaveLength(2)
  })

  it('closes its parts where it is refused', async () => {
    const closed = Promise.withResolvers<string>()
    const part = stream(['x'], { onClose: ({ kind }) => closed.resolve(kind) })
    expect(() => multipart([part], { subtype: 'a/b' })).toThrow('Cannot send multipart/a/b')
    expect(await closed.promise).toBe('refused')
  })

  it('takes another type of multipart, to which the boundary is added', () => {
    const headers = { 'content-type': 'multipart/related; type="text/html"' }
    expect(multipart([], { headers }).headers.get('content-type')).toMatch(
      /^multipart\/related; type="text\/html"; boundary=[\w-]{24}$/,
    )
  })

  it.each([
    [{ subtype: 'a/b' }, 'Cannot send multipart/a/b'],
    [{ subtype: '' }, 'Cannot send multipart/'],
    [{ subtype: 'mixed\r\nx: y' }, 'Cannot send multipart/'],
    [{ headers: { 'content-type': 'text/plain' } }, 'Cannot send parts as text/plain'],
    [{ headers: { 'content-type': 'multipart/mixed; boundary=x' } }, 'without its boundary'],
    [{ boundary: 'x' }, 'there is no option `boundary`'],
  ])('refuses %j', (init, message) => {
    expect(() => Reflect.apply(multipart, undefined, [[], init])).toThrow(message)
  })

  it('G12: refuses a bad part head: of a list at once, of a source when it comes', async () => {
    const parts: Part[] = [{ body: 'x' }, { headers: { a: 'b\r\nc: d' } }]
    const message = expect.stringContaining('Cannot write the head of part 2')
    expect(() => multipart(parts)).toThrow('Cannot write the head of part 2')
    await expect(multipart(parts.values()).text()).rejects.toMatchObject({ cause: { message } })
  })

  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.constantFrom('--', '\r\n--', '\r\n\r\n', '\r\n', '').map(Buffer.from),
  )
  const body = fc.oneof(bytes, fc.array(bytes, { maxLength: 4 }))
  const name = fc.stringMatching(/^[!#$%&'*+.^_`|~\da-zA-Z-]{1,12}$/)
  const value = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })

  it('G12: whatever the heads and bodies, one part in is one part out', async () => {
    const part = fc.record({ headers: fc.dictionary(name, value, { maxKeys: 4 }), body })
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (given) => {
        const parts = given.map((one) => ({ ...one, headers: withoutTwins(one.headers) }))
        const isBad = parts.some(({ headers }) => Object.values(headers).some((text) => /[\r\n]/.test(text)))
        if (isBad) return void expect(() => multipart(parts)).toThrow('has CR, LF or NUL')
        expect(await readParts(multipart(parts))).toEqual(
          parts.map(({ headers, body: sent }) => ({
            headers: Object.fromEntries(Object.entries(headers).map(([key, text]) => [key, trim(text)])),
            body: joinBytes(sent),
          })),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('G12: busboy reads back the files that were sent as a form', async () => {
    const file = fc.record({ name: fc.stringMatching(/^[\w-]{1,8}$/), body })
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 5 }), async (files) => {
        const parts = files.map((one) => ({
          headers: { 'content-disposition': `form-data; name="f"; filename="${one.name}"` },
          type: 'application/octet-stream',
          body: one.body,
        }))
        const read = await readForm(multipart(parts, { subtype: 'form-data' }))
        expect(read).toEqual(files.map((one) => [one.name, joinBytes(one.body).toString('hex')]))
      }),
      { numRuns: 100 },
    )
  })
})

function joinBytes(given: Uint8Array | readonly Uint8Array[]): Buffer {
  return given instanceof Uint8Array ? Buffer.from(given) : Buffer.concat(given)
}

// Field names have no case: of those that are the same the last counts.
function withoutTwins(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, text]) => [key.toLowerCase(), text]))
}

// What stands around a value is not a part of it (RFC 9110 §5.5).
function trim(text: string): string {
  return text.replace(/^[\t ]+|[\t ]+$/g, '')
}

async function readForm(reply: Response): Promise<[string, string][]> {
  const form = Busboy({ headers: { 'content-type': reply.headers.get('content-type') ?? '' } })
  const read: Promise<[string, string]>[] = []
  form.on('file', (_, stream, filename) => {
    read.push(buffer(stream).then((bytes) => [filename, bytes.toString('hex')]))
  })
  const finished = new Promise((resolve, reject) => form.on('finish', resolve).on('error', reject))
  form.end(new Uint8Array(await reply.arrayBuffer()))
  await finished
  return Promise.all(read)
}
