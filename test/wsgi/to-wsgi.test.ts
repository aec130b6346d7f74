import { describe, expect, it } from 'vitest'
import { currentContext, HttpError, redirect, reply, stream } from 'millrace'
import type { Handler } from 'millrace/gateway'
import { toWsgi, validator } from 'millrace/wsgi'
import { Gate } from '../support/gate.ts'
import { openApplication } from './open-application.ts'

const open = (handler: Handler) => openApplication(validator(toWsgi(handler)))

describe('toWsgi', () => {
  it('gives a handler the request that stands in the environ', async () => {
    await using served = await open(async ({ method, url, query, headers, request, transport }) => {
      const text = await request.text()
      return JSON.stringify([
        method,
        url.href,
        query.get('x'),
        headers.get('x-two'),
        text,
        transport.protocol,
      ])
    })
    served.client.send(
      'POST /caf%C3%A9/a%20b?x=1 HTTP/1.1\r\nHost: example.com:81\r\nX-Two: 2\r\nContent-Length: 4\r\n\r\nbody',
    )
    const answer = await served.client.reply()
    expect(JSON.parse(answer.text)).toEqual([
      'POST',
      'http://example.com:81/caf%C3%A9/a%20b?x=1',
      '1',
      '2',
      'body',
      'HTTP/1.1',
    ])
    expect(served.reported).toEqual([])
  })

  it('sends text and collected bodies whole, with their length', async () => {
    for (const handler of [
      () => 'hello',
      () => reply(['hel', 'lo'], { headers: { 'content-type': 'x/y' } }),
    ]) {
      await using served = await open(handler)
      served.client.get('/')
      expect(await served.client.reply()).toMatchObject({ status: 200, text: 'hello', framing: 'length' })
      expect(served.reported).toEqual([])
    }
  })

  it('G1: gives the blocks of a stream one for one', async () => {
    const gate = new Gate()
    await using served = await open(() =>
      stream(gate, { status: 201, headers: { 'content-type': 'text/plain' } }),
    )
    served.client.get('/')
    for (const block of ['one', 'two', 'three']) {
      gate.open(block)
      await served.client.untilChunk(block)
    }
    gate.end()
    await served.client.untilEnd()
    expect(served.reported).toEqual([])
  })

  it('G3: takes the head that is there with the first block', async () => {
    await using served = await open(() => {
      const made: ReturnType<typeof stream> = stream(
        function* () {
          yield ''
          made.setStatus(404)
          made.headers.set('x-late', '1')
          yield 'one'
        },
        { headers: { 'content-type': 'text/plain' } },
      )
      return made
    })
    served.client.get('/')
    const answer = await served.client.reply()
    expect(answer).toMatchObject({ statusLine: 'HTTP/1.1 404 Not Found', text: 'one' })
    expect(answer.headers.get('x-late')).toBe('1')
  })

  it('G4: makes an error reply of what is thrown before the first block, and a cut body after it', async () => {
    const fail = (error: unknown): never => {
      throw error
    }
    const handlers: Record<string, Handler> = {
      '/404': () => fail(new HttpError(404, 'no such city')),
      '/303': () => fail(redirect('/there')),
      '/500': () =>
        stream(function* () {
          yield ''
          fail(new Error('secret'))
        }),
      '/cut': () =>
        stream(
          function* () {
            yield 'one'
            fail(new Error('secret'))
          },
          { headers: { 'content-type': 'text/plain' } },
        ),
    }
    await using served = await open((context) => handlers[context.path]?.(context) ?? '')
    const seen: unknown[] = []
    for (const path of ['/404', '/303', '/500', '/cut']) {
      served.client.get(path)
      const { status, text, isComplete } = await served.client.reply()
      seen.push([status, text, isComplete])
    }
    expect(seen).toEqual([
      [404, 'no such city\n', true],
      [303, 'See /there\n', true],
      [500, 'Internal server error\n', true],
      [200, 'one', false],
    ])
    expect(served.log.join('')).toContain('Error: secret')
    expect(served.reported.map(String)).toEqual(['Error: secret'])
  })

  it('G5, G9: closes the source once, in its context, when the client leaves and when the body ends', async () => {
    for (const isLeaving of [true, false]) {
      const seen: string[] = []
      const asked = Promise.withResolvers<void>()
      const over = Promise.withResolvers<void>()
      await using served = await open((context) => {
        context.onClose(() => {
          seen.push('onClose')
          over.resolve()
        })
        return stream(
          async function* () {
            try {
              yield 'one'
              asked.resolve()
              if (isLeaving) await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
            } finally {
              seen.push(`closed ${currentContext().path}`)
            }
          },
          { headers: { 'content-type': 'text/plain' } },
        )
      })
      served.client.get('/here')
      await served.client.untilChunk('one')
      await asked.promise
      if (isLeaving) served.client.leave()
      await over.promise
      expect(seen).toEqual(['closed /here', 'onClose'])
      expect(served.reported).toEqual([])
    }
  })

  it('G7: asks no source for HEAD and 304', async () => {
    const gate = new Gate()
    await using served = await open(({ path }) =>
      path === '/304'
        ? stream(gate, { status: 304 })
        : stream(gate, { headers: { 'content-type': 'text/plain' } }),
    )
    served.client.request('HEAD', '/')
    expect((await served.client.reply('HEAD')).status).toBe(200)
    served.client.get('/304')
    expect((await served.client.reply()).status).toBe(304)
    expect(gate).toMatchObject({ asked: 0, closed: 2 })
    expect(served.reported).toEqual([])
  })
})
