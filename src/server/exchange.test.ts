import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { Moments } from '../../test/support/moments.ts'
import { openTestServer } from '../../test/support/test-server.ts'
import { currentContext } from '../context/current-context.ts'
import type { Outcome } from '../delivery/sink.ts'
import type { Replyable, Routes } from '../gateway/handler.ts'
import { HttpError, internalRedirect, redirect } from '../reply/http-error.ts'
import { reply, stream } from '../reply/reply.ts'

const fail = (message: string) => (): never => {
  throw new Error(message)
}

/** A body that notes that it was closed, and whose closing may fail. */
class Noted implements AsyncIterable<string> {
  readonly #log: string[]
  readonly #error: Error | undefined

  constructor(log: string[], error?: Error) {
    this.#log = log
    this.#error = error
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield 'x'
  }

  close(): void {
    this.#log.push('source closed')
    if (this.#error) throw this.#error
  }
}

describe('Exchange, the client gone before its handler has answered', () => {
  // Answers late, when the client has left; gives what was closed, and what was reported.
  async function answerLate(make: (log: string[]) => Replyable) {
    const log: string[] = []
    const working = Promise.withResolvers<AbortSignal>()
    const answer = Promise.withResolvers<Replyable>()
    using moments = new Moments()
    await using server = await openTestServer({
      routes: {
        '/': (context) => {
          context.onClose(() => log.push('context closed'))
          working.resolve(context.signal)
          return answer.promise
        },
      },
    })
    const client = server.client()
    client.get('/')
    const signal = await working.promise
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
    client.leave()
    await aborted
    answer.resolve(make(log))
    await moments.when('millrace:reply-closed')
    return { log, reported: server.reported, moments: moments.list.map(({ message }) => message) }
  }

  it('G5: closes the body of the late answer, then what the context closes, then tells the reply', async () => {
    const told: Outcome[] = []
    const { log, reported, moments } = await answerLate((noted) =>
      stream(new Noted(noted), {
        onClose: (outcome) => {
          told.push(outcome)
          noted.push('reply closed')
        },
      }),
    )
    expect(log).toEqual(['source closed', 'context closed', 'reply closed'])
    expect(reported).toEqual([])
    expect(told).toMatchObject([{ kind: 'client-gone', bytes: 0, blocks: 0 }])
    expect(moments.at(-1)).toMatchObject({ outcome: { kind: 'client-gone' } })
  })

  it.each([
    ['a plain source', (log: string[], error: Error) => new Noted(log, error)],
    ['a buffered reply', (log: string[], error: Error) => reply(new Noted(log, error))],
  ])('G5: closes %s that is answered late, and reports what its closer throws', async (_, make) => {
    const failure = new Error('closer')
    const { log, reported } = await answerLate((noted) => make(noted, failure))
    expect(log).toEqual(['source closed', 'context closed'])
    expect(reported).toEqual([failure])
  })

  it('G5: cancels the body of a foreign response that is answered late', async () => {
    const { log, reported } = await answerLate((noted) => {
      const cancel = () => void noted.push('source closed')
      return new Response(new ReadableStream({ cancel }))
    })
    expect(log).toEqual(['source closed', 'context closed'])
    expect(reported).toEqual([])
  })

  it('does not mind text that is answered late', async () => {
    expect(await answerLate(() => 'late')).toMatchObject({ log: ['context closed'], reported: [] })
  })
})

describe('Exchange, what fails', () => {
  it('G5: closes a refused body and tells its reply, before the error reply goes out', async () => {
    const log: string[] = []
    using moments = new Moments()
    const failure = new Error('closer')
    await using server = await openTestServer({
      routes: {
        '/': () =>
          stream(new Noted(log, failure), {
            headers: { 'content-length': 'many' },
            onClose: ({ kind }) =>
              log.push(`${kind}, heads so far: ${moments.count('millrace:head-committed')}`),
          }),
      },
    })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(log).toEqual(['source closed', 'refused, heads so far: 0'])
    expect(server.reported).toMatchObject([failure, { code: 'G6' }])
  })

  it.each([
    ['throws', fail('onClose')],
    ['rejects', async () => fail('onClose')()],
  ])('reports an onClose that %s, of the reply and of the context, once and together', async (_, onClose) => {
    using moments = new Moments()
    await using server = await openTestServer({
      routes: {
        '/': (context) => {
          context.onClose(onClose)
          return stream(['x'].values(), { onClose })
        },
      },
    })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).text).toBe('x')
    await moments.when('millrace:reply-closed')
    const errors = [{ message: 'onClose' }, { message: 'onClose' }]
    expect(server.reported).toMatchObject([{ name: 'AggregateError', errors }])
    expect(moments.list.at(-1)?.message).toMatchObject({ outcome: { kind: 'complete' }, errors })
    client.get('/')
    expect((await client.reply()).text).toBe('x')
  })

  it('reports an onClose that fails for a refused reply, and still answers', async () => {
    const init = { headers: { upgrade: 'x' }, onClose: fail('onClose') }
    await using server = await openTestServer({ routes: { '/': () => stream(['x'].values(), init) } })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toMatchObject([{ message: 'onClose' }, { code: 'G8' }])
  })

  it('answers with the status alone when the error reply cannot be sent, and closes all the same', async () => {
    const closed = Promise.withResolvers<void>()
    await using server = await openTestServer({
      routes: {
        '/': (context) => {
          context.onClose(closed.resolve)
          throw new HttpError(503, '', { headers: { 'content-length': '999' } })
        },
      },
    })
    const client = server.client()
    client.get('/')
    expect(await client.until('Service unavailable\n')).toContain('HTTP/1.1 503 ')
    await closed.promise
    expect(server.reported).toMatchObject([{ status: 503 }, { code: 'G6' }])
  })

  it('answers 500 for a foreign response whose body was read', async () => {
    await using server = await openTestServer({
      routes: {
        '/': async () => {
          const response = new Response('x')
          await response.text()
          return response
        },
      },
    })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toMatchObject([{ message: expect.stringMatching(/was read already/) }])
  })

  it('answers the next request on the connection after each of its failures', async () => {
    const routes: Routes = {
      '/throws': fail('handler'),
      '/rejects': async () => fail('handler')(),
      '/body': () => stream(fail('body')),
      '/body-later': async () => stream(fail('body')),
      '/redirect': () => {
        throw redirect('/elsewhere')
      },
    }
    await using server = await openTestServer({ routes })
    const client = server.client()
    for (const path of Object.keys(routes)) {
      client.get(path)
      expect([path, (await client.reply()).status]).toEqual([path, path === '/redirect' ? 303 : 500])
    }
    expect(server.reported).toHaveLength(4)
  })

  it('a request body that was read in part does not keep the next request from being answered', async () => {
    const body = 'x'.repeat(500_000)
    await using server = await openTestServer({
      maxRequestBytes: 1_000_000,
      routes: {
        'POST /part': async ({ request }) => {
          await request.body?.getReader().read()
          return 'part'
        },
        'POST /redirected': async ({ request }) => {
          await request.body?.getReader().read()
          throw internalRedirect('/next')
        },
        '/next': () => 'next',
      },
    })
    const client = server.client()
    for (const path of ['/part', '/redirected']) {
      client.send(`POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      expect((await client.reply()).text).toBe(path === '/part' ? 'part' : 'next')
      client.get('/next')
      expect((await client.reply()).text).toBe('next')
    }
  })
})

describe('Exchange, internal redirects', () => {
  it('carry state and what is to be closed over, to a context that has the new path', async () => {
    const log: unknown[] = []
    await using server = await openTestServer({
      routes: {
        'POST /from': (context) => {
          context.state.set('user', 'Ada')
          context.onClose(() => log.push('closed', currentContext().path))
          throw internalRedirect('/to?x=1')
        },
        '/to': ({ method, path, query, state, request }) => {
          log.push(state.get('user'), method, path, query.get('x'), request.body)
          return 'answer'
        },
      },
    })
    const client = server.client()
    client.send('POST /from HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody')
    expect((await client.reply()).text).toBe('answer')
    client.get('/missing')
    expect((await client.reply()).status).toBe(404)
    expect(log).toEqual(['Ada', 'GET', '/to', '1', null, 'closed', '/to'])
  })

  let count = 0
  const loops: [string, Routes][] = [
    ['to itself', { '/': () => Promise.reject(internalRedirect('/')) }],
    [
      'in a circle',
      {
        '/': () => Promise.reject(internalRedirect('/other')),
        '/other': () =>
          stream(() => {
            throw internalRedirect('/')
          }),
      },
    ],
    [
      'to another target each time',
      {
        '/': () => {
          throw internalRedirect(`/?${++count}`)
        },
      },
    ],
    [
      'to another target each time, asynchronously',
      { '/': async () => Promise.reject(internalRedirect(`/?${++count}`)) },
    ],
  ]
  it.each(loops)('that go %s end with 500', async (_, routes) => {
    await using server = await openTestServer({ routes })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).status).toBe(500)
    expect(server.reported).toHaveLength(1)
  })

  it('G9: end every context when the reply has closed, and abort the signal of each', async () => {
    const asks: (() => string)[] = []
    const signals: AbortSignal[] = []
    const gate = new Gate()
    using moments = new Moments()
    const note = () => {
      asks.push(AsyncLocalStorage.bind(() => currentContext().path))
      signals.push(currentContext().signal)
    }
    await using server = await openTestServer({
      routes: {
        '/from': () => {
          note()
          throw internalRedirect('/to')
        },
        '/to': () => {
          note()
          return stream(gate)
        },
      },
    })
    const client = server.client()
    client.get('/from')
    gate.open('x')
    await client.untilChunk('x')
    client.leave()
    await moments.when('millrace:reply-closed')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(asks).toHaveLength(2)
    for (const ask of asks) expect(ask).toThrow(/the reply to GET \/(?:from|to) has closed/)
  })
})

describe('Exchange, on a server that closes', () => {
  it('G14: says so in a head that goes out after close() was called', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    await gate.whenAsked(1)
    const closing = server.close()
    gate.open('x')
    gate.end()
    const { text, headers } = await client.reply()
    expect([text, headers.get('connection')]).toEqual(['x', 'close'])
    await closing
  })

  it('G14: answers every request that was pipelined before, and says close in the last', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const both = Promise.withResolvers<void>()
    let asked = 0
    const answer = () => {
      const mine = answers[asked++]
      if (asked === answers.length) both.resolve()
      return mine?.promise ?? 'too many'
    }
    await using server = await openTestServer({ routes: { '/': answer } })
    const client = server.client()
    client.get('/')
    client.get('/')
    await both.promise
    const closing = server.close()
    for (const one of answers) one.resolve('answer')
    const replies = [await client.reply(), await client.reply()]
    expect(replies.map(({ text, headers }) => [text, headers.get('connection')])).toEqual([
      ['answer', 'keep-alive'],
      ['answer', 'close'],
    ])
    await closing
  })
})
