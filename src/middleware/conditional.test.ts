import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import type { Replyable } from '../gateway/handler.ts'
import { Router } from '../gateway/router.ts'
import { stack } from '../gateway/stack.ts'
import { toReply } from '../gateway/to-reply.ts'
import { file } from '../reply/file.ts'
import { Reply, reply, stream } from '../reply/reply.ts'
import { conditional } from './conditional.ts'
import { contentLength } from './content-length.ts'

async function run(
  answer: Replyable,
  fields: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  const response = await conditional()(() => answer)(createContext(method, '/', fields))
  if (!(response instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
  return response
}

const tagOf = async (answer: Replyable, method?: string) =>
  (await run(answer, {}, method)).headers.get('etag')

function toSource(next: () => IteratorResult<string>): Iterable<string> {
  return { [Symbol.iterator]: () => ({ next }) }
}

describe('conditional', () => {
  it('gives buffered replies a strong tag of their bytes [WKZ-007, CPY-046]', async () => {
    const tag = await tagOf('abc')
    expect(tag).toMatch(/^"[\w-]{27}"$/)
    expect(await tagOf(['a', 'bc'])).toBe(tag)
    expect(await tagOf(Buffer.from('abc'))).toBe(tag)
    expect(await tagOf('abd')).not.toBe(tag)
    const made = await run(['a', 'bc'])
    expect([made.status, await made.text()]).toEqual([200, 'abc'])
  })

  it('answers with 304 what the client has already [WKZ-023, DJG-046, CPY-046]', async () => {
    const etag = (await tagOf('abc')) ?? ''
    for (const ifNoneMatch of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const made = await run('abc', { 'if-none-match': ifNoneMatch }, method)
        expect([made.status, made.body, made.headers.get('etag')]).toEqual([304, null, etag])
      }
    }
    expect((await run('abd', { 'if-none-match': etag })).status).toBe(200)
  })

  it('answers If-Modified-Since where the reply has a date [DJG-046]', async () => {
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
    const make = () => reply('abc', { headers: { 'last-modified': date } })
    expect((await run(make(), { 'if-modified-since': date })).status).toBe(304)
    expect((await run(make(), { 'if-modified-since': 'Sat, 05 Nov 1994 08:49:37 GMT' })).status).toBe(200)
  })

  it('answers with 412 for GET what has changed [CPY-046]', async () => {
    expect((await run('abc', { 'if-match': '"x"' })).status).toBe(412)
    expect((await run('abc', { 'if-match': '*' })).status).toBe(200)
    expect((await run('abc', { 'if-match': (await tagOf('abc')) ?? '' })).status).toBe(200)
  })

  it('keeps a tag that is there', async () => {
    const make = () => reply(['abc'], { headers: { etag: 'W/"mine"' } })
    expect((await run(make())).headers.get('etag')).toBe('W/"mine"')
    const made = make()
    const unmodified = await run(made, { 'if-none-match': '"mine"' })
    expect(unmodified.status).toBe(304)
  })

  it('never collects a stream [WKZ-025, CPY-048, GAP-018]', async () => {
    const next = vi.fn<() => IteratorResult<string>>()
    const make = (etag?: string) => stream(toSource(next), { headers: etag ? { etag } : {} })
    const made = make()
    expect(await run(made, { 'if-none-match': '*', 'if-match': '"x"' })).toMatchObject({ status: 412 })
    const plain = make()
    expect(await run(plain)).toBe(plain)
    expect(plain.headers.has('etag')).toBe(false)
    expect(next).not.toHaveBeenCalled()
  })

  it('answers with 304 for a stream that brings its tag, unread and closed [DJG-046]', async () => {
    const next = vi.fn<() => IteratorResult<string>>()
    const made = stream(toSource(next), { headers: { etag: '"1"' } })
    const unmodified = await run(made, { 'if-none-match': '"1"' })
    expect([unmodified.status, unmodified.body]).toEqual([304, null])
    if (!(unmodified instanceof Reply)) throw new TypeError('Cannot close what is no reply')
    await unmodified.blocks.close()
    expect(made.blocks.isClosed).toBe(true)
    expect(next).not.toHaveBeenCalled()
  })

  it.each(['PUT', 'POST', 'DELETE'])('leaves the answer to %s alone [DJG-046]', async (method) => {
    const made = await run('abc', { 'if-match': '"x"', 'if-none-match': '*' }, method)
    expect([made.status, made.headers.has('etag')]).toEqual([200, false])
  })

  it.each([301, 404, 500])('leaves a reply of status %i alone [DJG-046]', async (status) => {
    const made = await run(reply('abc', { status }), { 'if-none-match': '*' })
    expect([made.status, made.headers.has('etag')]).toEqual([status, false])
  })

  it('G7: does not make a body to have a tag for HEAD [DJG-048]', async () => {
    const source = vi.fn(() => ['abc'])
    expect(await tagOf(reply(source), 'HEAD')).toBeNull()
    expect(source).not.toHaveBeenCalled()
    expect(await tagOf('abc', 'HEAD')).toBe(await tagOf('abc'))
  })

  it('leaves files to themselves', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-conditional-'))
    await writeFile(join(folder, 'a'), 'abc')
    const made = await file(join(folder, 'a'))
    expect(await run(made, { 'if-none-match': '*' })).toBe(made)
    await rm(folder, { recursive: true })
  })

  it('fails where the body fails', async () => {
    const error = new Error('no')
    const failing = function* () {
      yield 'a'
      throw error
    }
    await expect(run(failing)).rejects.toBe(error)
  })

  it('gives a buffered reply its length and its tag, together with contentLength() [WKZ-006]', async () => {
    const handler = stack(() => ['a', 'bc'], [conditional(), contentLength()])
    const made = await handler(createContext('GET', '/'))
    if (!(made instanceof Response)) throw new TypeError('Cannot read an answer that is no Response')
    expect(made.headers.get('content-length')).toBe('3')
    expect(made.headers.get('etag')).toBe(await tagOf('abc'))
    expect(await made.text()).toBe('abc')
  })

  it('leaves what a route streams alone [GAP-018, CPY-048]', async () => {
    const router = new Router({
      '/': { stream: true, use: [conditional()], handler: () => ['a', 'b'].values() },
    })
    const match = router.find('GET', '/')
    if (match.kind !== 'found') throw new Error('Cannot call a handler that was not found')
    const { handler, stream: isStreamed } = match.endpoint
    const made = toReply(await handler(createContext('GET', '/')), isStreamed)
    expect(made).toMatchObject({ streaming: true })
    expect(made.headers.has('etag')).toBe(false)
  })
})
