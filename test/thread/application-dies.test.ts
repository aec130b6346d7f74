import { expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import { type Application, startApplication } from './start-application.ts'

// How each of three framings looks when it is cut.
async function openReplies(application: Application): Promise<RawClient[]> {
  const [chunked, length, old] = [application.client(), application.client(), application.client()]
  chunked.get('/wait')
  length.get('/length')
  old.getOld('/wait')
  await chunked.untilChunk('one')
  await length.until('\r\n\r\none')
  await old.until('\r\n\r\none')
  return [chunked, length, old]
}

const cut = [
  { text: '', how: 'end' },
  { text: '', how: 'end' },
  { text: '', how: 'reset' },
]

it.each([
  { way: 'throw', code: 1, complaint: /Error: thrown outside a handler/ },
  { way: 'reject', code: 1, complaint: /Error: rejected outside a handler/ },
  { way: 'exit', code: 7, complaint: /^$/ },
  { way: 'exit-code', code: 1, complaint: /Error: thrown outside a handler/ },
])('G4: live replies are cut, and the process ends, when the application does $way', async (expected) => {
  const application = await startApplication()
  const clients = await openReplies(application)
  const client = application.client()
  const start = performance.now()
  client.get(`/do/${expected.way}`)
  expect(await Promise.all(clients.map((one) => one.toEnd()))).toEqual(cut)
  expect((await client.toEnd()).text).toBe('')
  const { code, stderr } = await application.ended()
  expect(performance.now() - start).toBeLessThan(1000)
  expect(code).toBe(expected.code)
  expect(stderr).toMatch(expected.complaint)
})

it.each(['throw', 'reject'])(
  'live replies live on when the application catches what is uncaught (%s)',
  async (way) => {
    const application = await startApplication({}, { manner: 'survive' })
    const [beating, client] = [application.client(), application.client()]
    beating.get('/heartbeat')
    await beating.untilChunk('one')
    client.get(`/do/${way}`)
    await application.said(/caught: \w+ outside a handler/)
    await beating.untilChunk('beat')
    const other = application.client()
    other.get('/plain')
    expect((await other.reply()).text).toBe('plain')
    expect(application.stdout).not.toContain('source closed')
  },
)

it('G1: a block leaves although the application ends the process next', async () => {
  const application = await startApplication()
  const client = application.client()
  client.get('/yield-and-exit')
  await client.untilChunk('one')
  expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  expect((await application.ended()).code).toBe(7)
})

it('G1: a block of a body that is ended by closing leaves too, and the body is cut by a reset', async () => {
  const application = await startApplication()
  const client = application.client()
  client.getOld('/yield-and-exit')
  await client.until('\r\n\r\none')
  expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
})

it('a reply that was ended before the process ends is complete', async () => {
  for (const path of ['/answer-and-exit', '/end-and-exit']) {
    const application = await startApplication()
    const client = application.client()
    client.get(path)
    const { isComplete, text } = await client.reply()
    expect([path, isComplete, text]).toEqual([path, true, path === '/answer-and-exit' ? 'whole' : 'onetwo'])
    expect((await application.ended()).code).toBe(7)
  }
})

it('a body that is ended by closing is not reset when it was complete', async () => {
  const application = await startApplication()
  const client = application.client()
  client.getOld('/end-and-exit')
  await client.until('\r\n\r\nonetwo')
  expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
})
