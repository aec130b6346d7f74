import { describe, expect, it } from 'vitest'
import { stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'

describe.each(['inline', 'thread'] as const)('G14: close with a delay, %s', (transmitter) => {
  it('takes requests, says that it drains, and ends each connection after one more reply', async () => {
    const gate = new Gate()
    await using server = await openTestServer(
      { transmitter, health: true, routes: { '/': () => 'here', '/stream': () => stream(gate) } },
      'HTTP/1.1',
    )
    const [idle, fresh, live, late] = [server.client(), server.client(), server.client(), server.client()]
    idle.get('/')
    expect((await idle.reply()).headers.get('connection')).toBe('keep-alive')
    live.get('/stream')
    gate.open('one')
    await live.untilChunk('one')
    const closing = server.close({ delay: 100_000, grace: 10_000 })
    let ready = server.client()
    for (;;) {
      ready.get('/readyz')
      if ((await ready.reply()).status === 503) break
      ready = server.client()
    }
    for (const client of [idle, fresh]) {
      client.get('/')
      const { text, headers } = await client.reply()
      expect([text, headers.get('connection')]).toEqual(['here', 'close'])
      expect((await client.toEnd()).text).toBe('')
    }
    gate.open('two')
    await live.untilChunk('two')
    const overtaken = server.close({ delay: 0, grace: 5000 })
    gate.end()
    await live.untilEnd()
    expect(await overtaken).toBe(await closing)
    expect((await late.toEnd()).text).toBe('')
    expect(await fetch(server.url).catch(() => 'refused')).toBe('refused')
  })

  it('is over by itself', async () => {
    await using server = await openTestServer({ transmitter, routes: { '/': () => 'here' } })
    await server.close({ delay: 20 })
    expect(await fetch(server.url).catch(() => 'refused')).toBe('refused')
  })

  it('refuses a delay that is no time', async () => {
    await using server = await openTestServer({ transmitter, routes: { '/': () => 'here' } })
    expect(() => server.close({ delay: -1 })).toThrow(/^Cannot close in -1 ms: `delay` must be 0 or more$/)
    await expect(openTestServer({ routes: { '/': () => '' }, drain: { delay: -1 } })).rejects.toThrow(/drain/)
  })
})
