import nunjucks from 'nunjucks'
import { expect, it } from 'vitest'
import { type Block, currentContext, stream } from 'millrace'
import type { Middleware } from 'millrace/gateway'
import { jinja, template } from 'millrace/templates'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'

it('stream: a generator function with arguments has the context too [FLK-002]', async () => {
  function* greet(greeting: string, times: number): Generator<Block> {
    for (let index = 0; index < times; index++) yield `${greeting} ${currentContext().query.get('name')} `
  }
  await using server = await openTestServer({ routes: { '/': () => stream(() => greet('Hello', 2)) } })
  const client = server.client()
  client.get('/?name=Ada')
  expect((await client.reply()).text).toBe('Hello Ada Hello Ada ')
})

it.each(['GET', 'HEAD'])(
  'stream: an async handler keeps the context, the body read or closed unread: %s [FLK-005]',
  async (method) => {
    const paths: string[] = []
    using moments = new Moments()
    const source = {
      async *[Symbol.asyncIterator]() {
        yield currentContext().path
      },
      close: () => void paths.push(`closed ${currentContext().path}`),
    }
    await using server = await openTestServer({
      routes: {
        '/here': async () => {
          await Promise.resolve()
          return stream(source)
        },
      },
    })
    const client = server.client()
    client.request(method, '/here')
    expect((await client.reply(method)).text).toBe(method === 'GET' ? '/here' : '')
    await moments.when('millrace:reply-closed')
    expect(paths).toEqual(['closed /here'])
  },
)

it('a reply ends in this order: middleware, last block, source, context, onClose of the reply [FLK-010]', async () => {
  const log: string[] = []
  const over = Promise.withResolvers<void>()
  const noting: Middleware = (handler) => async (context) => {
    const answer = await handler(context)
    log.push('middleware')
    return answer
  }
  function* body(): Generator<Block> {
    try {
      yield 'first'
      log.push('last block')
      yield 'last'
    } finally {
      log.push('source')
    }
  }
  await using server = await openTestServer({
    use: [noting],
    routes: {
      '/': (context) => {
        context.onClose(() => log.push('context 1'))
        context.onClose(() => log.push('context 2'))
        return stream(body, { onClose: () => over.resolve(void log.push('reply')) })
      },
    },
  })
  const client = server.client()
  client.get('/')
  expect((await client.reply()).text).toBe('firstlast')
  await over.promise
  expect(log).toEqual(['middleware', 'last block', 'source', 'context 1', 'context 2', 'reply'])
})

it('a departure releases the context of its own request, and later ones are closed as ever [FLK-012]', async () => {
  const gate = new Gate()
  const closed: string[] = []
  using moments = new Moments()
  await using server = await openTestServer({
    routes: {
      '/:id': (context) => {
        context.onClose(() => closed.push(currentContext().path))
        return context.params['id'] === 'left' ? stream(gate) : stream(['stayed'].values())
      },
    },
  })
  const client = server.client()
  client.get('/left')
  gate.open('one')
  await client.untilChunk('one')
  client.leave()
  await moments.when('millrace:reply-closed')
  const other = server.client()
  other.get('/stayed')
  expect((await other.reply()).text).toBe('stayed')
  await moments.when('millrace:reply-closed', 2)
  expect(closed).toEqual(['/left', '/stayed'])
  expect(() => currentContext()).toThrow('Cannot get the current context')
})

it('template: one that is given as text streams, with globals and the context [FLK-014]', async () => {
  const templates = { 'inline.html': '{{ site }}: {{ where() }} {{ value }}' }
  const globals = { site: 'Mill', where: () => currentContext().path }
  const engine = jinja(nunjucks, { templates, globals })
  await using server = await openTestServer({
    routes: { '/here': () => template(engine, 'inline.html', { value: '<42>' }) },
  })
  const client = server.client()
  client.get('/here')
  expect(await client.reply()).toMatchObject({ framing: server.framing, text: 'Mill: /here &lt;42&gt;' })
})

it('template: enableBuffering(5) makes one block of five pieces that are not empty [FLK-017]', async () => {
  const templates = { 'list.html': '{% for row in rows %}{{ row }}{% endfor %}' }
  const engine = jinja(nunjucks, { templates })
  const rows = ['1', '', '2', '3', '4', '5', '6', '7']
  using moments = new Moments()
  await using server = await openTestServer({
    routes: {
      '/': () => template(engine, 'list.html', { rows }, { delivery: 'block' }).enableBuffering(5),
    },
  })
  const client = server.client()
  client.get('/')
  expect((await client.reply()).text).toBe('1234567')
  await moments.when('millrace:reply-closed')
  expect(
    moments.list.filter(({ name }) => name === 'millrace:block-sent').map(({ message }) => message),
  ).toEqual([
    expect.objectContaining({ bytes: 5, blocks: 1 }),
    expect.objectContaining({ bytes: 7, blocks: 2 }),
  ])
})
