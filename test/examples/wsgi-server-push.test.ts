import { expect, it } from 'vitest'
import { wsgi } from 'millrace/wsgi'
import { serverPush } from '../../examples/wsgi-server-push.ts'
import { openTestServer } from '../support/test-server.ts'
import { WatchingClient } from '../support/watching-client.ts'

it('G1: server push: the first part is with the client before the task, which keeps the CPU [PEP-004] [PEP-006]', async () => {
  const seen: boolean[] = []
  const over = Promise.withResolvers<void>()
  let watch: () => boolean = () => false
  const application = serverPush(() => {
    seen.push(watch())
    return 'all'
  })
  const handler = wsgi(application)
  await using server = await openTestServer({
    routes: {
      '/': (context) => {
        context.onClose(() => over.resolve())
        return handler(context)
      },
    },
  })
  const request = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'
  await using client = new WatchingClient(server, request, ['</p>\r\n--part\r\n'])
  watch = () => client.blockUntilSeen(1)
  await client.ready()
  client.send()
  await over.promise
  expect(seen).toEqual([true])
})

it('server push: the second part replaces the first', async () => {
  await using server = await openTestServer({ routes: { '/': wsgi(serverPush(() => 'all')) } })
  const client = server.client()
  client.get('/')
  const reply = await client.reply()
  expect(reply.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=part')
  expect(reply.text).toMatch(/<p>Working[^]*<\/p>\r\n--part\r\n[^]*<p>Done: all<\/p>\r\n--part\r\n$/)
})
