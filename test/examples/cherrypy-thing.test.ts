import { expect, it } from 'vitest'
import { type FindThing, things } from '../../examples/cherrypy-thing.ts'
import { RowGate } from '../support/row-gate.ts'
import { openTestServer } from '../support/test-server.ts'

const find: FindThing = (id) => (id === 'lamp' ? ['a foot, ', 'a bulb'] : undefined)

it('CherryPy, thing: a buffered generator has a Content-Length and nothing leaves before its end [CPY-001]', async () => {
  const parts = new RowGate<string>()
  await using server = await openTestServer({ routes: things(() => parts) })
  const client = server.client()
  client.get('/buffered/lamp')
  parts.open('a foot, ')
  await parts.whenAsked(2)
  expect(client.received).toBe('')
  parts.end()
  const reply = await client.reply()
  expect(reply.headers.get('content-length')).toBe('32')
  expect(reply.text).toBe('Thing lamp. Here it is: a foot, ')
})

it('G3: CherryPy, thing: a buffered generator that has yielded is still 404, without what it had yielded [CPY-008]', async () => {
  await using server = await openTestServer({ routes: things(find) })
  const response = await fetch(`${server.url}/buffered/chair`)
  expect(response.status).toBe(404)
  expect(await response.text()).not.toContain('Thing')
})

it('G1: CherryPy, thing: a streamed one arrives part by part, chunked [CPY-002] [CPY-010]', async () => {
  const parts = new RowGate<string>()
  await using server = await openTestServer({ routes: things(() => parts) })
  const client = server.client()
  client.get('/streamed/lamp')
  const head = await client.until('\r\n\r\n')
  expect(/^transfer-encoding: chunked\r$/im.test(head)).toBe(server.framing === 'chunked')
  expect(head.toLowerCase()).not.toContain('content-length')
  await client.untilChunk('Here it is: ')
  parts.open('a foot, ')
  await client.untilChunk('a foot, ')
  parts.end()
  await client.untilEnd()
})

it.each(['streamed', 'lazy'])(
  'G3: CherryPy, thing: what is not there is 404 before the first block: %s [CPY-004] [CPY-007] [GAP-017]',
  async (way) => {
    await using server = await openTestServer({ routes: things(find) })
    const response = await fetch(`${server.url}/${way}/chair`)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('Here')
    const found = await fetch(`${server.url}/${way}/lamp`)
    expect([found.status, await found.text()]).toEqual([200, 'Here it is: a foot, a bulb'])
  },
)

it('G4: CherryPy, thing: after the first block the status stays and the reply is cut [CPY-006]', async () => {
  await using server = await openTestServer({ routes: things(find) })
  const client = server.client()
  client.get('/late/chair')
  const text = await client.untilCut()
  expect(text).toMatch(/^HTTP\/\S+ 200\b/)
  expect(text).toContain('Thing chair. ')
})
