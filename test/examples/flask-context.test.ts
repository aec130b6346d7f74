import { expect, it } from 'vitest'
import { greeting } from '../../examples/flask-context.ts'
import { openTestServer } from '../support/test-server.ts'

it('G9: Flask, context: a generator reads the query after its first block is with the client [FLK-001]', async () => {
  const paused = Promise.withResolvers<void>()
  await using server = await openTestServer({ routes: greeting(() => paused.promise) })
  const client = server.client()
  client.get('/?name=Ada')
  await client.untilChunk('Hello, ')
  paused.resolve()
  await client.until('Ada')
  await client.until('!\n')
  await client.untilEnd()
})

it('G9: Flask, context: two greetings at once each have their own request', async () => {
  const paused = Promise.withResolvers<void>()
  await using server = await openTestServer({ routes: greeting(() => paused.promise) })
  const clients = ['Ada', 'Grace'].map((name) => {
    const client = server.client()
    client.get(`/?name=${name}`)
    return client
  })
  for (const client of clients) await client.untilChunk('Hello, ')
  paused.resolve()
  const texts = await Promise.all(clients.map((client) => client.untilEnd()))
  expect(texts.map((text) => /Ada|Grace/.exec(text)?.[0])).toEqual(['Ada', 'Grace'])
})
