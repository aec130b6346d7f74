import { expect, it } from 'vitest'
import { wsgi } from 'millrace/wsgi'
import { threeYields } from '../../examples/wsgi-three-yields.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'
import { WatchingClient } from '../support/watching-client.ts'

const size = 20_000_000

it('G2: three yields: no second block is made while the socket is not ready [PEP-001] [XWF-006]', async () => {
  const made: number[] = []
  using moments = new Moments()
  const application = threeYields(size, (block) => made.push(block))
  await using server = await openTestServer({ routes: { '/': wsgi(application) } })
  const client = server.client()
  client.pause()
  client.get('/')
  await moments.when('millrace:client-awaited')
  expect(made).toEqual([1])
  client.resume()
  let bytes = 0
  for await (const piece of client.socket) {
    bytes += piece.length
    if (bytes > 3 * size) break
  }
  expect(made).toEqual([1, 2, 3])
})

it('G1: three yields: a client has each block before the next is made', async () => {
  const seen: boolean[] = []
  using moments = new Moments()
  let watch: (count: number) => boolean = () => false
  const application = threeYields(20, (block) => block > 1 && seen.push(watch(block - 1)))
  await using server = await openTestServer({ routes: { '/': wsgi(application) } })
  const request = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'
  await using client = new WatchingClient(
    server,
    request,
    ['1', '2', '3'].map((digit) => digit.repeat(20)),
  )
  watch = (count) => client.blockUntilSeen(count)
  await client.ready()
  client.send()
  await moments.when('millrace:reply-closed')
  expect(seen).toEqual([true, true])
})
