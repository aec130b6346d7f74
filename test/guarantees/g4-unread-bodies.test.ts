// RFC 9112 §9.6: a client that writes its whole request before it reads gets the reply that was given meanwhile, though the
// connection ends with it. A server that closed at once would reset the connection, and the reply be lost.
import { expect, it } from 'vitest'
import type { ServeOptions } from 'millrace/server'
import { eachDelivery } from '../support/each-delivery.ts'
import type { TestClient } from '../support/test-client.ts'

const SIZE = 8_000_000
const LONG = 60_000

/** Sends the body of a request, and only then reads. */
async function sendThenRead(client: TestClient, size = SIZE) {
  await new Promise<void>((resolve, reject) =>
    client.socket.write(Buffer.alloc(size), (error) => (error ? reject(error) : resolve())),
  )
  client.resume()
  return client.reply()
}

const toPost = (...fields: string[]) =>
  `${['POST / HTTP/1.1', 'Host: test', `Content-Length: ${SIZE}`, ...fields].join('\r\n')}\r\n\r\n`

eachDelivery(
  'G4: a reply to a request whose body nobody reads',
  (open, { isStrict }) => {
    it.each<[string, Partial<ServeOptions>, number]>([
      ['that its client has asked to be the last', {}, 200],
      ['that is too long', { maxRequestBytes: 1000 }, 413],
      ['behind which enough connections are idle', { maxIdleConnections: 0 }, 200],
    ])('is whole, where the connection ends with it: one %s', async (cause, options, status) => {
      const handler = async ({ request }: { request: Request }) => {
        if (status === 413) await request.arrayBuffer()
        return 'hello'
      }
      await using server = await open({ ...options, routes: { '/': handler } })
      const client = server.client()
      client.pause()
      client.send(cause.startsWith('that its client') ? toPost('Connection: close') : toPost())
      const reply = await sendThenRead(client)
      expect(reply).toMatchObject({ status, isComplete: true })
      expect(reply.headers.get('connection')).toBe('close')
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    })

    it('G14: is whole while the server drains, and the server has closed then', async () => {
      await using server = await open({ routes: { '/': () => 'hello' } })
      const client = server.client()
      client.get('/')
      await client.reply()
      const closing = server.server.close({ delay: LONG, grace: LONG })
      client.pause()
      client.send(toPost())
      expect(await sendThenRead(client)).toMatchObject({ status: 200, text: 'hello', isComplete: true })
      expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
      const again = server.server.close({ delay: 0, grace: LONG })
      await Promise.all([closing, again])
    })

    it.runIf(isStrict)(
      'G14: does not hold a server up that closes, where its client sends no more',
      async () => {
        await using server = await open({ routes: { '/': () => 'hello' } })
        const client = server.client()
        client.send(toPost('Connection: close'))
        expect(await client.reply()).toMatchObject({ status: 200, isComplete: true })
        expect(await server.server.close({ grace: LONG })).toMatchObject({ aborted: [] })
      },
    )
  },
  { protocols: 'http1' },
)
