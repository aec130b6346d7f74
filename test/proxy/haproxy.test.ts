// HAProxy in front, with its defaults but for what a test says.
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
})
