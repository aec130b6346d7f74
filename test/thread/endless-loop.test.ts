import { expect, it } from 'vitest'
import { startApplication } from './start-application.ts'

// Longer than any test takes: what comes from such an application has come while it computed.
const endless = '/busy/600000'

it('G1: the last block and the end of a reply arrive although the application computes without end', async () => {
  const application = await startApplication()
  const client = application.client()
  client.get('/last-then-busy/600000')
  const { isComplete, text } = await client.reply()
  expect([isComplete, text]).toEqual([true, 'firstlast'])
})

it('heartbeats go on while a handler computes without end', async () => {
  const application = await startApplication()
  const [beating, busy] = [application.client(), application.client()]
  beating.get('/heartbeat')
  await beating.untilChunk('beat')
  busy.get(endless)
  await application.said(/^busy$/m)
  for (let beats = 0; beats < 5; beats++) await beating.untilChunk('beat')
})

it('new connections are accepted while a handler computes without end', async () => {
  const application = await startApplication()
  const busy = application.client()
  busy.get(endless)
  await application.said(/^busy$/m)
  const malformed = application.client()
  malformed.send('NONSENSE\r\n\r\n')
  expect((await malformed.reply()).status).toBe(400)
})

it('G10: a client that leaves while the application computes is noticed when it is back', async () => {
  const application = await startApplication()
  const [leaving, busy] = [application.client(), application.client()]
  leaving.get('/cursor/left')
  await leaving.untilChunk('one')
  busy.get('/busy/200')
  await application.said(/^busy$/m)
  leaving.leave()
  expect((await busy.reply()).text).toBe('was busy')
  await application.said(/^left closed: client-gone, 3 bytes$/m)
  expect(application.stdout.match(/left source closed/g)).toHaveLength(1)
})

it('health: the transmitter answers while a handler computes without end', async () => {
  const application = await startApplication({ health: true })
  const busy = application.client()
  busy.get(endless)
  await application.said(/^busy$/m)
  const client = application.client()
  for (const path of ['/healthz', '/readyz', '/healthz']) {
    client.get(path)
    const { status, text } = await client.reply()
    expect([path, status, text]).toEqual([path, 200, 'ok\n'])
  }
})

it('health: with maxStall, it says so', async () => {
  const application = await startApplication({ health: true, maxStall: 300 })
  const busy = application.client()
  busy.get(endless)
  await application.complained(/has not answered for 300 ms/)
  for (const path of ['/healthz', '/readyz']) {
    const client = application.client()
    client.get(path)
    const { status, text } = await client.reply()
    expect([path, status, text]).toEqual([path, 503, 'stalled\n'])
  }
})
