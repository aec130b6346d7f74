import { expect, it } from 'vitest'
import { startApplication } from './start-application.ts'

const maxStall = 400
const logged = /^millrace: the application has not answered for 400 ms: (\d+) replies broken off$/m

it('maxStall: replies are cut, or told 503, while the application still computes', async () => {
  const application = await startApplication({ maxStall })
  const [chunked, old, pending, busy] = Array.from({ length: 4 }, () => application.client())
  if (!chunked || !old || !pending || !busy) throw new Error('Cannot test without clients')
  chunked.get('/cursor/chunked')
  await chunked.untilChunk('one')
  old.getOld('/cursor/old')
  await old.until('\r\n\r\none')
  pending.get('/pending')
  await application.said(/^pending$/m)
  busy.get('/busy/600000')
  expect(await chunked.toEnd()).toEqual({ text: '', how: 'end' })
  expect(await old.toEnd()).toEqual({ text: '', how: 'reset' })
  for (const client of [pending, busy]) {
    const { status, headers, isComplete } = await client.reply()
    expect([status, headers.get('connection'), isComplete]).toEqual([503, 'close', true])
  }
  expect((await application.complained(logged))[1]).toBe('4')
})

it('maxStall: new requests get 503 at once while it lasts', async () => {
  const application = await startApplication({ maxStall })
  const busy = application.client()
  busy.get('/busy/600000')
  expect((await busy.reply()).status).toBe(503)
  for (let requests = 0; requests < 3; requests++) {
    const client = application.client()
    client.get('/plain')
    expect((await client.reply()).status).toBe(503)
  }
  expect(application.stderr.match(/has not answered/g)).toHaveLength(1)
})

it('G5, maxStall: the application hears of it when it is back, once, and serves again', async () => {
  const application = await startApplication({ maxStall })
  const [chunked, busy] = [application.client(), application.client()]
  chunked.get('/cursor/chunked')
  await chunked.untilChunk('one')
  busy.get('/busy/1500')
  await chunked.toEnd()
  expect((await busy.reply()).status).toBe(503)
  await application.said(/^chunked closed: shutdown, 3 bytes$/m)
  await application.said(
    /^reported: .* does not answer: it did so after \d+ ms, and 2 replies were broken off/m,
  )
  const client = application.client()
  client.get('/plain')
  expect((await client.reply()).text).toBe('plain')
  expect(application.stdout.match(/chunked source closed/g)).toHaveLength(1)
  expect(application.stdout.match(/^reported: /gm)).toHaveLength(1)
  expect(application.stderr.match(/has not answered/g)).toHaveLength(1)
})

it('maxStall: one that waits long, or computes for less than that, has not stalled', async () => {
  const application = await startApplication({ maxStall })
  const [waiting, busy] = [application.client(), application.client()]
  waiting.get('/cursor/waiting')
  await waiting.untilChunk('one')
  for (let requests = 0; requests < 6; requests++) {
    busy.get('/busy/150')
    expect((await busy.reply()).text).toBe('was busy')
  }
  expect(application.stderr).toBe('')
  expect(application.stdout).not.toMatch(/reported|closed/)
})

it('maxStall: an idle server that is busy with something else is not noticed', async () => {
  const application = await startApplication({ maxStall })
  const client = application.client()
  client.get('/busy-later/1000')
  await client.reply()
  await application.said(/^was busy$/m)
  client.get('/plain')
  expect((await client.reply()).text).toBe('plain')
  expect(application.stderr).toBe('')
})
