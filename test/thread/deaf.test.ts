import { expect, it } from 'vitest'
import { importFlag, startApplication, startFixture } from './start-application.ts'

it('the application thread reads on after a throw out of its reading of the ring', async () => {
  const application = await startFixture('deaf', []).listen()
  // All in one segment, so that the requests behind the one that throws are in the ring already.
  const client = application.client()
  client.send(
    ['/throw', '/a', '/throw', '/b'].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''),
  )
  await application.said(/^caught: thrown out of the ring, 1$/m)
  await application.said(/^caught: thrown out of the ring, 2$/m)
  const other = application.client()
  for (let requests = 0; requests < 3; requests++) {
    other.get('/c')
    expect((await other.reply()).text).toBe('heard')
  }
})

it('the transmitter reads on when one reply cannot be sent, and that one is cut', async () => {
  const application = await startApplication({}, { flags: [importFlag('failing-socket')] })
  const [failing, beating] = [application.client(), application.client()]
  beating.get('/heartbeat')
  await beating.untilChunk('one')
  failing.get('/poison')
  expect((await failing.reply()).isComplete).toBe(false)
  await application.said(/^reported: thrown by a socket$/m)
  await application.said(/^poison closed: shutdown/m)
  await beating.untilChunk('beat')
  const other = application.client()
  other.get('/plain')
  expect((await other.reply()).text).toBe('plain')
  expect(application.stdout.match(/^reported: /gm)).toHaveLength(1)
})
