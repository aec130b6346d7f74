import { expect, it } from 'vitest'
import { type Block, push, reply, stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'

function* failing(): Generator<Block> {
  yield 'one'
  throw new Error('broken')
}

it('HEAD of a stream: the head as soon as it is known, no byte of the body, and the connection stays [CPY-011, GAP-006, GAP-007, GAP-029, UVI-002]', async () => {
  const gate = new Gate()
  await using server = await openTestServer({
    routes: { '/': () => stream(gate, { headers: { 'x-own': 'yes' } }), '/next': () => 'next' },
  })
  const client = server.client()
  client.request('HEAD', '/')
  const { status, headers, text } = await client.reply('HEAD')
  expect([status, headers.get('x-own'), text, headers.has('transfer-encoding')]).toEqual([
    200,
    'yes',
    '',
    false,
  ])
  expect(gate.asked).toBe(0)
  client.get('/next')
  expect((await client.reply()).text).toBe('next')
})

it('a connection carries several requests, until the client says close [CPY-014]', async () => {
  await using server = await openTestServer({ routes: { '/': () => stream(['a', 'b'].values()) } })
  const client = server.client()
  for (const _ of [1, 2, 3]) {
    client.get('/')
    const { text, headers } = await client.reply()
    expect(text).toBe('ab')
    expect(headers.get('connection')).not.toBe('close')
  }
  client.get('/', 'Connection: close')
  const { text, headers } = await client.reply()
  expect([text, headers.get('connection')]).toEqual(['ab', 'close'])
  expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
})

it.each([204, 304])(
  'a %d with a body leaves none on the kept connection, and no length [CPY-017, CPY-061]',
  async (status) => {
    await using server = await openTestServer({
      routes: {
        '/streamed': () => stream(['leaked'].values(), { status }),
        '/buffered': () => reply('leaked', { status }),
        '/next': () => 'next',
      },
    })
    const client = server.client()
    for (const path of ['/streamed', '/buffered']) {
      client.get(path)
      client.get('/next')
      const head = await client.until('\r\n\r\n')
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(head).not.toMatch(/content-length|transfer-encoding/i)
      expect((await client.reply()).text).toBe('next')
    }
  },
)

it('HEAD, an empty 200 and a 204: no body, a length of 0, no length [STA-022, ASG-005]', async () => {
  await using server = await openTestServer({
    routes: {
      '/text': () => 'text',
      '/empty': () => null,
      '/streamed': () => stream([].values()),
      '/204': () => reply(null, { status: 204 }),
    },
  })
  const client = server.client()
  client.request('HEAD', '/text')
  expect((await client.reply('HEAD')).headers.get('content-length')).toBe('4')
  for (const path of ['/empty', '/streamed']) {
    client.get(path)
    const { status, headers, text } = await client.reply()
    expect([status, headers.get('content-length'), text]).toEqual([200, '0', ''])
  }
  client.get('/204')
  const { status, headers } = await client.reply()
  expect([status, headers.has('content-length')]).toEqual([204, false])
  expect(client.received).toBe('')
})

const faulty = {
  'a surplus in the first block': () => stream(['abc'].values(), { headers: { 'content-length': '2' } }),
  'a surplus in a later block': () => stream(['a', 'bcd'].values(), { headers: { 'content-length': '2' } }),
  'too few bytes': () => stream(['a'].values(), { headers: { 'content-length': '2' } }),
  'a body of a 204': () => stream(['abc'].values(), { status: 204 }),
  'a body of a 304': () => reply('abc', { status: 304 }),
  'a last chunk of its own': () => stream(['a', '0\r\n\r\n'].values()),
  'a length and chunks': () =>
    stream(['abc'].values(), { headers: { 'content-length': '3', 'transfer-encoding': 'chunked' } }),
  'a failure': () => stream(failing),
} as const

it.each(Object.entries(faulty))(
  'after %s the next reply is read as it is, or the connection is closed [GAP-004]',
  async (_, make) => {
    await using server = await openTestServer({ routes: { '/faulty': make, '/next': () => 'next' } })
    for (const method of ['GET', 'HEAD']) {
      const client = server.client()
      client.request(method, '/faulty')
      client.get('/next')
      const first = await client.reply(method)
      const next = await client.reply()
      if (next.statusLine !== '')
        expect([first.isComplete, next.status, next.text]).toEqual([true, 200, 'next'])
      else expect(await client.toEnd()).toMatchObject({ text: '' })
    }
  },
)

it('a handler that answers nothing gets a 500, one that does not finish loses its connection [UVI-006]', async () => {
  const headers = { 'content-length': '9' }
  await using server = await openTestServer({
    routes: {
      '/nothing': () => Reflect.get({}, 'nothing'),
      '/unfinished': () => stream(['half'].values(), { headers }),
    },
  })
  const client = server.client()
  client.get('/nothing')
  expect(await client.reply()).toMatchObject({ status: 500, isComplete: true })
  client.get('/unfinished')
  expect(await client.reply()).toMatchObject({ status: 200, text: 'half', isComplete: false })
  expect((await client.toEnd()).text).toBe('')
  expect(server.reported).toHaveLength(2)
})

it('write() rejects when the client has gone; the error may escape, and is no fault [ASG-006]', async () => {
  const over = Promise.withResolvers<string>()
  const thrown: unknown[] = []
  await using server = await openTestServer({
    routes: {
      '/': () =>
        push(
          async (out) => {
            await out.write('one')
            await new Promise((resolve) => out.signal.addEventListener('abort', resolve))
            await out.write('two').catch((error: unknown) => {
              thrown.push(error)
              throw error
            })
          },
          { onClose: ({ kind }) => over.resolve(kind) },
        ),
    },
  })
  const client = server.client()
  client.get('/')
  await client.untilChunk('one')
  client.leave()
  expect(await over.promise).toBe('client-gone')
  expect(thrown).toEqual([expect.any(Error)])
  expect(server.reported).toEqual([])
})
