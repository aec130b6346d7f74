// Two processes behind a proxy, restarted by SIGTERM one after the other while clients ask: no request is lost, no reply cut.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { hasNginx, Nginx } from '../support/nginx.ts'
import { Haproxy, hasHaproxy } from './haproxy.ts'
import { Group } from './rolling/group.ts'
import { type KindName, Load } from './rolling/load.ts'

// Longer by hand.
const ROUNDS = Number(process.env['MILLRACE_RESTARTS'] ?? 1)

// As docs/operating.md has it, in less time. No drain may come near the end of the grace.
const drain = { signals: true, delay: 400, grace: 20_000 }

async function restartUnderLoad(group: Group, port: number, kinds: readonly KindName[]): Promise<void> {
  using load = new Load(port, kinds)
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of group.ports.keys()) await group.restart(index)
  }
  expect(await load.stop()).toEqual([])
}

it('a member that cannot listen fails the test with what it says, and is not waited for', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(Group.open(1, { port })).rejects.toThrow(/before it was ready: [^]*in use/)
  other.close()
})

describe.skipIf(!hasHaproxy)('G14: behind HAProxy (skipped where HAProxy is not installed)', () => {
  const server = 'check inter 100ms fall 1 rise 1'
  const defaults = `
  option abortonclose
  option httpchk GET /readyz
  option redispatch
  timeout check 5s
  retries 3
  retry-on conn-failure empty-response
  http-reuse safe`

  it.each([
    ['inline, HTTP/1.1', {}, ''],
    ['thread, HTTP/1.1', { transmitter: 'thread' }, ''],
    ['inline, h2c', { h2c: true }, 'proto h2 check-proto h1'],
    ['thread, h2c', { transmitter: 'thread', h2c: true }, 'proto h2 check-proto h1'],
  ] as const)(
    'a rolling restart under load loses no request, of whatever method, and cuts no reply, %s',
    async (_, options, protocol) => {
      await using group = await Group.open(2, { drain, idleTimeout: 60_000, ...options })
      await using proxy = await Haproxy.open(group.ports, { server: `${server} ${protocol}`, defaults })
      await restartUnderLoad(group, proxy.port, ['short', 'lines', 'post'])
    },
    60_000 * ROUNDS,
  )
})

describe.skipIf(!hasNginx)('G14: behind nginx (skipped where nginx is not installed)', () => {
  it.each([
    ['its defaults', '', ''],
    ['kept connections', 'keepalive 16;', 'proxy_http_version 1.1; proxy_set_header Connection "";'],
  ])(
    'a rolling restart under load loses no request that may be asked twice, with %s',
    async (_, more, location) => {
      await using group = await Group.open(2, { drain, idleTimeout: 60_000 })
      const servers = group.ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')
      await using proxy = await Nginx.open(0, {
        http: `upstream back { ${servers} ${more} }`,
        pass: 'http://back',
        location,
      })
      await restartUnderLoad(group, proxy.port, ['short', 'lines'])
    },
    60_000 * ROUNDS,
  )
})
