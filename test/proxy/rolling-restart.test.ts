// Two processes behind a proxy, restarted one after the other while clients ask: no request is lost, no reply cut.
import { describe, expect, it } from 'vitest'
import { hasNginx, Nginx } from '../support/nginx.ts'
import { Haproxy, hasHaproxy } from './haproxy.ts'
import { Group } from './rolling/group.ts'
import { type KindName, Load } from './rolling/load.ts'

// Longer by hand.
const ROUNDS = Number(process.env['MILLRACE_RESTARTS'] ?? 1)

async function restartUnderLoad(group: Group, port: number, kinds: readonly KindName[]): Promise<void> {
  const load = new Load(port, kinds)
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of group.ports.keys()) await group.restart(index)
  }
  const { answered, lost } = await load.stop()
  expect(lost).toEqual([])
  for (const kind of kinds) expect(answered.get(kind)).toBeGreaterThan(10)
}

describe.skipIf(!hasHaproxy)('G14: behind HAProxy (skipped where HAProxy is not installed)', () => {
  const server = 'check inter 100ms fall 1 rise 1'
  const defaults = `
  option httpchk GET /readyz
  option redispatch
  timeout check 5s
  retries 3
  retry-on conn-failure empty-response
  http-reuse safe`

  it('a rolling restart under load loses no request, of whatever method, and cuts no reply', async () => {
    await using group = await Group.open(2, {
      closing: { grace: 10_000, delay: 400 },
      options: { idleTimeout: 60_000 },
    })
    await using proxy = await Haproxy.open(group.ports, { server, defaults })
    await restartUnderLoad(group, proxy.port, ['short', 'lines', 'post'])
  })
})

describe.skipIf(!hasNginx)('G14: behind nginx (skipped where nginx is not installed)', () => {
  it.each([
    ['its defaults', '', ''],
    ['kept connections', 'keepalive 16;', 'proxy_http_version 1.1; proxy_set_header Connection "";'],
  ])(
    'a rolling restart under load loses no request that may be asked twice, with %s',
    async (_, more, location) => {
      await using group = await Group.open(2, {
        closing: { grace: 10_000, delay: 400 },
        options: { idleTimeout: 60_000 },
      })
      const servers = group.ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')
      await using proxy = await Nginx.open(0, {
        http: `upstream back { ${servers} ${more} }`,
        pass: 'http://back',
        location,
      })
      await restartUnderLoad(group, proxy.port, ['short', 'lines'])
    },
  )
})
