import { expect, it } from 'vitest'
import { importFlag, startApplication, startFixture } from './start-application.ts'

const failing = importFlag('failing-transmitter')

const catching = importFlag('catching-everything')

const ways = [
  { way: 'throw', why: 'thrown in the transmitter', how: 'reset', flags: [failing] },
  { way: 'reject', why: 'rejected in the transmitter', how: 'reset', flags: [failing] },
  // A module that the process loads first catches whatever nobody has caught, in every thread.
  { way: 'throw', why: 'thrown in the transmitter', how: 'reset', flags: [failing, catching] },
  { way: 'exit', why: 'the thread has ended', how: 'reset', flags: [failing] },
  // Nothing runs any more in a thread that is out of memory: what it has open is closed by the system.
  {
    way: 'memory',
    why: 'Worker terminated.*memory',
    how: 'end',
    flags: [failing, '--max-old-space-size=40'],
  },
] as const

it.each(ways)(
  'G4, G5: every reply is aborted when the transmitter dies ($way)',
  async ({ way, why, how, flags }) => {
    const application = await startApplication({}, { flags })
    const [chunked, old, client] = [application.client(), application.client(), application.client()]
    chunked.get('/cursor/chunked')
    await chunked.untilChunk('one')
    old.getOld('/cursor/old')
    await old.until('\r\n\r\none')
    client.get(`/kill/${way}`)
    expect(await chunked.toEnd()).toEqual({ text: '', how: 'end' })
    expect(await old.toEnd()).toEqual({ text: '', how })
    const { code, stdout, stderr } = await application.ended()
    for (const name of ['chunked', 'old']) {
      expect(stdout.match(new RegExp(`^${name} source closed$`, 'gm'))).toHaveLength(1)
      expect(stdout).toMatch(new RegExp(`^${name} closed: shutdown, 3 bytes$`, 'm'))
    }
    const message = `Cannot serve any longer: the transmitter has stopped: .*${why}`
    expect(stdout.match(/^reported: /gm)).toHaveLength(1)
    expect(stdout).toMatch(new RegExp(`^reported: ${message}`, 'm'))
    expect(stderr).toMatch(new RegExp(`^Error: ${message}`, 'm'))
    expect(code).toBe(1)
  },
)

it('an application that catches what is uncaught hears of a dead transmitter, and can close its server', async () => {
  const application = await startApplication({}, { manner: 'survive', flags: [failing] })
  const client = application.client()
  client.get('/kill/throw')
  await application.said(/^caught: Cannot serve any longer: the transmitter has stopped: thrown in/m)
  const { code, stdout } = await application.ended()
  expect(stdout.match(/^caught: /gm)).toHaveLength(1)
  expect(stdout).toMatch(/^closed$/m)
  expect(code).toBe(0)
})

it('G14: what a transmitter dies of while its server closes is told, and the server has closed all the same', async () => {
  const application = await startApplication({}, { flags: [failing] })
  const [waiting, client] = [application.client(), application.client()]
  waiting.get('/cursor/waiting')
  await waiting.until('one')
  client.get('/leave-and-kill/throw')
  const { code, stdout } = await application.ended()
  expect(stdout).toMatch(/^reported: Cannot serve any longer: .* thrown in the transmitter$/m)
  expect(stdout).toMatch(/^waiting closed: shutdown, 3 bytes$/m)
  expect(stdout).toMatch(/^closed$/m)
  expect(code).toBe(0)
})

it('serve() rejects when the transmitter cannot start, and the process is free to end', async () => {
  const application = startFixture('refused', ['thread', '0'], [importFlag('missing-transmitter')])
  const { stdout, stderr, code } = await application.ended()
  const why =
    "Cannot start the transmitter thread: thrown at the start of the transmitter; `transmitter: 'inline'` needs none"
  expect([stdout.split('\n')[0], stderr, code]).toEqual([`refused: ${why}`, '', 0])
})
