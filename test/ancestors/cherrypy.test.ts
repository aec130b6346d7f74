import { expect, it } from 'vitest'
import { type Block, internalRedirect, notFound, redirect, reply, stream } from 'millrace'
import { wsgi } from 'millrace/wsgi'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'

it('reply: a generator is collected whole before anything is sent, with its exact length [CPY-001, CPY-024]', async () => {
  const gate = new Gate()
  const over = Promise.withResolvers<void>()
  await using server = await openTestServer({
    routes: {
      '/': () => reply(gate, { onClose: () => over.resolve() }),
      '/other': () => 'other',
    },
  })
  const client = server.client()
  client.get('/')
  gate.open('ä')
  gate.open('b')
  await gate.whenAsked(3)
  const other = server.client()
  other.get('/other')
  await other.reply()
  expect(client.received).toBe('')
  gate.end()
  const { headers, text } = await client.reply()
  expect([headers.get('content-length'), text]).toEqual(['3', 'äb'])
  await over.promise
})

it('stream: blocks go out one by one under a head that was final before the source was asked [CPY-002]', async () => {
  const gate = new Gate()
  const init = { status: 202, headers: { 'x-own': 'yes' }, commit: 'now' } as const
  await using server = await openTestServer({ routes: { '/': () => stream(gate, init) } })
  const client = server.client()
  client.get('/')
  const head = await client.until('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 202 Accepted\r\n/)
  expect(head).toContain('x-own: yes\r\n')
  for (const block of ['one', 'two']) {
    gate.open(block)
    await client.untilChunk(block)
  }
})

it('reply: text, lists, a file object, a generator and nothing are bodies; empty text is an empty one [CPY-003]', async () => {
  const routes = {
    '/text': () => 'body',
    '/list': () => ['bo', 'dy'],
    '/file': () => reply(new File(['body'], 'a.txt')),
    '/generator': () => letters('body'),
    '/nothing': () => null,
    '/empty': () => '',
  }
  await using server = await openTestServer({ routes })
  const client = server.client()
  for (const path of Object.keys(routes)) {
    client.get(path)
    const text = path === '/nothing' || path === '/empty' ? '' : 'body'
    expect(await client.reply()).toMatchObject({ status: 200, text, isComplete: true, framing: 'length' })
  }
})

it('stream: a handler that returns an inner generator can still fail, redirect and set headers [CPY-004]', async () => {
  await using server = await openTestServer({
    routes: {
      '/headers': () => {
        const answer = stream(letters('xy'))
        answer.headers.set('x-set', 'yes')
        return answer
      },
      '/missing': ({ query }) => {
        if (!query.has('id')) throw notFound('no id')
        return stream(letters('xy'))
      },
      '/moved': ({ query }) => {
        if (!query.has('id')) throw redirect('/headers')
        return stream(letters('xy'))
      },
      '/inside': ({ query }) => {
        if (!query.has('id')) throw internalRedirect('/headers')
        return stream(letters('xy'))
      },
    },
  })
  const client = server.client()
  const ask = async (path: string) => {
    client.get(path)
    const { status, headers } = await client.reply()
    return [status, headers.get('x-set')]
  }
  expect(await ask('/headers')).toEqual([200, 'yes'])
  expect(await ask('/missing')).toEqual([404, undefined])
  expect(await ask('/moved')).toEqual([303, undefined])
  expect(await ask('/inside')).toEqual([200, 'yes'])
})

it('stream: text, a list and generators, one in another too, make the same body [CPY-009]', async () => {
  await using server = await openTestServer({
    routes: {
      '/text': () => stream('abc'),
      '/list': () => stream(['a', 'b', 'c']),
      '/generator': () => stream(letters('abc')),
      '/yields-lists': () => stream([['a', ['b']], 'c'].values()),
      '/again': () =>
        stream(function* () {
          yield* letters('abc')
        }),
    },
  })
  const client = server.client()
  for (const path of ['/text', '/list', '/generator', '/yields-lists', '/again']) {
    client.get(path)
    expect(await client.reply()).toMatchObject({ status: 200, text: 'abc', isComplete: true })
  }
})

it('stream: each text is encoded by itself and sent at once, bytes pass as they are [CPY-038]', async () => {
  const gate = new Gate()
  await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
  const client = server.client()
  client.get('/')
  gate.open('zwölf €')
  await client.untilChunk('zwölf €')
  gate.open(Uint8Array.of(0xff, 0, 0xe4))
  expect(await client.until('\xe4\r\n')).toBe('3\r\n\xff\0\xe4\r\n')
})

it('wsgi: empty blocks between data leave no trace in the body of a mounted application [CPY-058]', async () => {
  const app = wsgi((_environ, startResponse) => {
    startResponse('200 OK', [['Content-Type', 'text/plain']])
    return ['', 'a', '', 'b', ''].map((text) => Buffer.from(text)).values()
  })
  await using server = await openTestServer({ routes: { '/mounted/**': app } })
  const client = server.client()
  client.get('/mounted/x')
  expect(await client.reply()).toMatchObject({ status: 200, text: 'ab', isComplete: true })
})

it('internalRedirect: the target is run as a GET without a body, and what was registered closes once [CPY-051]', async () => {
  const seen: unknown[] = []
  const closed = Promise.withResolvers<void>()
  await using server = await openTestServer({
    routes: {
      'POST /from': (context) => {
        context.onClose(() => closed.resolve(void seen.push('closed')))
        throw internalRedirect('/to')
      },
      '/to': async ({ method, request }) => {
        seen.push(method, await request.text())
        return 'answer'
      },
    },
  })
  const client = server.client()
  client.send('POST /from HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody')
  expect((await client.reply()).text).toBe('answer')
  await closed.promise
  expect(seen).toEqual(['GET', '', 'closed'])
})

function* letters(text: string): Generator<Block> {
  yield* text
}
