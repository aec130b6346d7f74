import { expect, it } from 'vitest'
import { wsgi } from 'millrace/wsgi'
import { threeYields } from '../../examples/wsgi-three-yields.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'

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

it('G1: three yields: a client that reads has each block as it is made', async () => {
  await using server = await openTestServer({ routes: { '/': wsgi(threeYields(1)) } })
  const client = server.client()
  client.get('/')
  const reply = await client.reply()
  expect(reply.chunks.map(String)).toEqual(['1', '2', '3'])
})
