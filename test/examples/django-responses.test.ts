import { expect, it } from 'vitest'
import { inCapitals, responses } from '../../examples/django-responses.ts'
import { RowGate } from '../support/row-gate.ts'
import { openTestServer } from '../support/test-server.ts'

it('Django, HttpResponse: the iterator is read to its end and closed before anything is sent [DJG-013]', async () => {
  const blocks = new RowGate<string>()
  await using server = await openTestServer({ routes: responses(() => blocks) })
  const client = server.client()
  client.get('/buffered')
  blocks.open('one ')
  await blocks.whenAsked(2)
  expect(client.received).toBe('')
  blocks.open('two')
  await blocks.whenAsked(3)
  blocks.end()
  const reply = await client.reply()
  expect(reply.headers.get('content-length')).toBe('7')
  expect(reply.text).toBe('one two')
})

it('G1: Django, StreamingHttpResponse: a block is with the client before the next is asked for [DJG-022]', async () => {
  const blocks = new RowGate<string>()
  await using server = await openTestServer({ routes: responses(() => blocks) })
  const client = server.client()
  client.get('/streamed')
  for (const [index, block] of ['one', 'two', 'three'].entries()) {
    await blocks.whenAsked(index + 1)
    blocks.open(block)
    await client.untilChunk(block)
  }
  blocks.end()
  await client.untilEnd()
})

it('Django, StreamingHttpResponse: middleware wraps the blocks of a streamed reply and leaves a buffered one [DJG-004] [DJG-020]', async () => {
  const routes = responses(() => ['one ', 'two'])
  await using server = await openTestServer({ routes, use: [inCapitals] })
  expect(await (await fetch(`${server.url}/streamed`)).text()).toBe('ONE TWO')
  expect(await (await fetch(`${server.url}/buffered`)).text()).toBe('one two')
})

it('G5: Django, StreamingHttpResponse: the iterator is closed when the client leaves', async () => {
  const blocks = new RowGate<string>()
  await using server = await openTestServer({ routes: responses(() => blocks) })
  const client = server.client()
  client.get('/streamed')
  blocks.open('one')
  await client.untilChunk('one')
  client.leave()
  await blocks.whenClosed()
  expect(blocks.closed).toBe(1)
})
