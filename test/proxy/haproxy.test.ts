// HAProxy in front, with its defaults but for what a test says.
import { once } from 'node:events'
import { ndjson, stream } from 'millrace'
import { describe, expect, it } from 'vitest'
import { Gate } from '../support/gate.ts'
import { RawClient } from '../support/raw-client.ts'
import { openClient } from '../support/open-client.ts'
import { openTestServer } from '../support/test-server.ts'
import { Haproxy, hasHaproxy } from './haproxy.ts'

describe.skipIf(!hasHaproxy)('behind HAProxy (skipped where HAProxy is not installed)', () => {
  it.each([
    ['its defaults', {}],
    ['a connection to the server for each request', { defaults: '  option http-server-close' }],
    ['connections shared among clients', { defaults: '  http-reuse always' }],
    ['compression asked for, which it leaves to the server', { defaults: '  compression algo gzip' }],
  ])('G1: each block arrives before the next is opened, with %s', async (_, options) => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
    await using proxy = await Haproxy.open([server.port], options)
    const client = new RawClient(proxy.port)
    client.get('/')
    for (const block of ['one', 'two', 'three']) {
      gate.open(block)
      await client.until(block)
    }
    gate.end()
    await client.until('0\r\n\r\n')
    client.leave()
  })

  it.each([
    ['HTTP/2 from the client', { bind: 'proto h2' }, 'h2c', false],
    ['HTTP/2 to the server', { server: 'proto h2' }, 'HTTP/1.1', true],
    ['HTTP/2 on both sides', { bind: 'proto h2', server: 'proto h2' }, 'h2c', true],
  ] as const)(
    'G1: each block arrives before the next is opened, with %s',
    async (_, options, protocol, h2c) => {
      const gate = new Gate()
      await using server = await openTestServer({ h2c, routes: { '/': () => stream(gate) } }, 'HTTP/1.1')
      await using proxy = await Haproxy.open([server.port], options)
      const client = openClient(proxy.port, protocol)
      client.get('/')
      for (const block of ['one', 'two', 'three']) {
        gate.open(block)
        await client.until(block)
      }
      gate.end()
      await client.untilEnd()
      client.leave()
    },
  )

  // From HTTP/2 clients HAProxy 2.6 hides it: docs/operating.md.
  it('G4: a body that fails is cut for the client, with HTTP/2 to the server', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ h2c: true, routes: { '/': () => stream(gate) } }, 'HTTP/1.1')
    await using proxy = await Haproxy.open([server.port], { server: 'proto h2' })
    const client = new RawClient(proxy.port)
    client.get('/')
    gate.open('one')
    await client.until('one')
    gate.fail(new Error('cannot go on'))
    await client.untilCut()
  })

  it('G1: records arrive as they come, and a stream of none is a whole, empty body', async () => {
    const gate = new Gate()
    await using server = await openTestServer({
      routes: { '/rows': () => ndjson(gate), '/none': () => stream([]) },
    })
    await using proxy = await Haproxy.open([server.port])
    const client = new RawClient(proxy.port)
    client.get('/rows')
    for (const word of ['a', 'b']) {
      gate.open(word)
      await client.until(`"${word}"\n`)
    }
    gate.end()
    await client.until('0\r\n\r\n')
    client.get('/none')
    expect(await client.reply()).toMatchObject({ status: 200, text: '', isComplete: true })
    client.leave()
  })

  it('G4: a body that fails is cut for the client', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
    await using proxy = await Haproxy.open([server.port])
    const client = new RawClient(proxy.port)
    client.get('/')
    gate.open('one')
    await client.until('one')
    gate.fail(new Error('cannot go on'))
    const { text } = await client.toEnd()
    expect(text).not.toContain('0\r\n\r\n')
  })

  // docs/operating.md warns of the one, and says the other.
  it.each([
    ['asks elsewhere for what the deadline has cut before its head, even a POST', '', 2],
    ['does not, with `disable-l7-retry`', '  http-request disable-l7-retry unless METH_GET', 1],
  ])('with `retry-on empty-response` it %s', async (_, frontend, expected) => {
    let runs = 0
    const running = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<string>()
    const routes = {
      'POST /pay': () => {
        runs++
        running.resolve()
        return runs === 1 ? answer.promise : 'paid again'
      },
    }
    await using one = await openTestServer({ routes }, 'HTTP/1.1')
    await using two = await openTestServer({ routes }, 'HTTP/1.1')
    const defaults = `
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response`
    await using proxy = await Haproxy.open([one.port, two.port], { defaults, frontend })
    const client = new RawClient(proxy.port)
    client.send('POST /pay HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\n100')
    await running.promise
    // In turn: the first request is for the first of them.
    const closed = one.server.close({ grace: 0 })
    const { status } = await client.reply()
    answer.resolve('paid')
    await closed
    expect([runs, status]).toEqual([expected, expected === 2 ? 200 : 502])
    client.leave()
  })

  async function leaveWhileParked(defaults: string, go: (gate: Gate) => unknown): Promise<void> {
    const gate = new Gate()
    const over = Promise.withResolvers<string>()
    await using server = await openTestServer({
      routes: { '/': () => stream(gate, { onClose: ({ kind }) => over.resolve(kind) }) },
    })
    await using proxy = await Haproxy.open([server.port], { defaults })
    const client = new RawClient(proxy.port)
    client.get('/')
    gate.open('one')
    await client.until('one')
    client.leave()
    const blocks = setInterval(() => go(gate), 10)
    expect(await over.promise).toBe('client-gone')
    clearInterval(blocks)
    expect(gate.closed).toBe(1)
  }

  it('G10: a parked source is closed when the client leaves, with `option abortonclose`', async () => {
    await leaveWhileParked('  option abortonclose', () => {})
  })

  it('G10: with its defaults the source is closed when a later block finds no client', async () => {
    await leaveWhileParked('', (gate) => gate.open('more'))
  })

  // docs/operating.md says so.
  it.each([
    ['gets its whole reply, with its defaults', '', false],
    ['is taken for gone with `option abortonclose`', '  option abortonclose', true],
  ])('a client that closes its side %s', async (_, defaults, isGone) => {
    const asked = Promise.withResolvers<AbortSignal>()
    const made = Promise.withResolvers<string>()
    await using server = await openTestServer(
      { routes: { '/': ({ signal }) => (asked.resolve(signal), made.promise), '/ping': () => 'pong' } },
      'HTTP/1.1',
    )
    await using proxy = await Haproxy.open([server.port], { defaults })
    const client = new RawClient(proxy.port)
    client.get('/')
    const signal = await asked.promise
    client.socket.end()
    if (isGone && !signal.aborted) await once(signal, 'abort')
    const other = new RawClient(proxy.port)
    other.get('/ping')
    await other.reply()
    made.resolve('text')
    const { status, text } = await client.reply()
    expect(status === 200 && text === 'text').toBe(!isGone)
    for (const one of [client, other]) one.leave()
  })
})
