// Who sees the inspector of a real server, by the address and the fields that a request really has.
import { expect, it } from 'vitest'
import { inspector } from 'millrace/inspector'
import type { ServeOptions } from 'millrace/server'
import { eachDelivery } from '../support/each-delivery.ts'
import type { TestReply } from '../support/test-client.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

const token = 'correct.horse.battery'

/** Asks for this machine by name, on a connection of its own. */
async function ask(server: TestServer, path: string, ...fields: string[]): Promise<TestReply> {
  const client = server.client()
  client.send([`GET ${path} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n'))
  return await client.reply()
}

eachDelivery(
  'inspector, who sees it',
  (open) => {
    const routes: ServeOptions['routes'] = { '/near/**': inspector(), '/far/**': inspector({ token }) }

    it('without a token: this machine, and nobody through it', async () => {
      await using server = await open({ routes })
      expect((await ask(server, '/near/')).status).toBe(200)
      for (const field of ['X-Forwarded-For: 127.0.0.1', 'Origin: http://evil.test']) {
        const { status, text } = await ask(server, '/near/', field)
        expect(status).toBe(403)
        expect(text).toContain('Or give it a token')
      }
    })

    it('with a token: who shows it, and then the cookie', async () => {
      await using server = await open({ routes })
      expect((await ask(server, '/far/')).status).toBe(403)
      const fields = [`Authorization: Bearer ${token}`, 'X-Forwarded-For: 10.0.0.7']
      expect((await ask(server, '/far/', ...fields)).status).toBe(200)
      const { status, headers } = await ask(server, `/far/?token=${token}`)
      expect([status, headers.get('location')]).toEqual([303, './'])
      const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
      expect((await ask(server, '/far/', `Cookie: ${cookie}`)).status).toBe(200)
      expect((await ask(server, '/far/', `Cookie: ${cookie}x`)).status).toBe(403)
    })
  },
  { isLarge: true },
)

it('inspector refuses who comes through a trusted proxy, and a name that only leads to this machine', async () => {
  await using server = await openTestServer(
    { trustProxy: true, routes: { '/inspect/**': inspector() } },
    'HTTP/1.1',
  )
  const client = server.client()
  for (const fields of [['X-Forwarded-For: 10.0.0.7'], ['X-Forwarded-For: 127.0.0.1'], []]) {
    // It asks for the host `test`.
    client.get('/inspect/', ...fields)
    const { status, text } = await client.reply()
    expect(status).toBe(403)
    expect(text).toContain(fields.length > 0 ? 'came through a proxy' : 'asks for the host "test"')
  }
  client.send('GET /inspect/ HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect((await client.reply()).status).toBe(200)
  const old = server.client()
  old.getOld('/inspect/', 'Host: localhost')
  expect((await old.reply()).text).toContain('speaks HTTP/1.0')
})
