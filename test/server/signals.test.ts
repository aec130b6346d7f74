import { describe, expect, it } from 'vitest'
import { type Application, startFixture } from '../thread/start-application.ts'

async function start(options: object = {}, manner = ''): Promise<Application> {
  const plan = { drain: { signals: true }, ...options }
  return startFixture('drained', [JSON.stringify(plan), manner]).listen()
}

describe.each(['inline', 'thread'])('G14: signals, %s', (transmitter) => {
  it('the first lets live replies end, and the process ends by itself', async () => {
    await using application = await start({ transmitter })
    const client = application.client()
    client.get('/events')
    await client.untilChunk('data: one\n\n')
    application.process.kill('SIGTERM')
    await client.untilChunk('retry: 5\n\n')
    await client.until('0\r\n\r\n')
    expect(await application.ended()).toMatchObject({
      code: 0,
      signal: null,
      stdout: expect.stringContaining('server closed: 1 ended'),
      stderr: 'millrace: drained: 1 reply ended (1 with a last block)\n',
    })
  })

  it('what does not end within the grace is named', async () => {
    await using application = await start({ transmitter, drain: { signals: true, grace: 30 } })
    const client = application.client()
    client.get('/hold?secret=7')
    await client.untilChunk('one')
    application.process.kill('SIGINT')
    const { code, stdout, stderr } = await application.ended()
    expect((await client.toEnd()).text).toBe('')
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^millrace: drained: 0 replies ended, 1 aborted after 30 ms: GET \/hold \(3 B handed over\)\n$/,
      ),
    ])
    expect(stdout).toContain('hold: shutdown')
  })

  it('the second ends the process at once, and nothing looks complete', async () => {
    await using application = await start({ transmitter })
    const chunked = application.client()
    chunked.get('/hold')
    await chunked.untilChunk('one')
    // A body that ends with its connection would look complete if that were only closed.
    const closing = application.client()
    closing.getOld('/hold')
    await closing.until('\r\n\r\none')
    application.process.kill('SIGTERM')
    await application.said(/^draining$/m)
    application.process.kill('SIGINT')
    expect(await application.ended()).toMatchObject({ code: 130, signal: null, stderr: '' })
    expect((await chunked.toEnd()).text).toBe('')
    expect(await closing.toEnd()).toEqual({ text: '', how: 'reset' })
  })

  it('do not end what else the process does: it is told when the server has closed', async () => {
    await using application = await start({ transmitter }, 'works')
    application.process.kill('SIGTERM')
    await application.said(/^server closed: 0 ended$/m)
    expect((await application.ended()).code).toBe(0)
  })

  it('are listened for until the server has closed', async () => {
    await using application = await start({ transmitter }, 'works')
    const client = application.client()
    client.get('/close')
    expect((await client.reply()).text).toBe('closing')
    expect((await application.said(/^closed: .*$/m))[0]).toBe('closed: 1 ended, 0 listeners')
    expect(await application.ended()).toMatchObject({ code: 0, stderr: '' })
  })

  it('are nothing to a server that was not told to listen for them', async () => {
    await using application = await start({ transmitter, drain: {} })
    application.process.kill('SIGTERM')
    expect(await application.ended()).toMatchObject({ signal: 'SIGTERM', stderr: '' })
  })
})

describe('G14: signals, with workers', () => {
  it('come to the primary: a worker that gets one too goes on until it is told', async () => {
    await using application = await start({ workers: 2 })
    await application.said(/^primary$/m)
    const client = application.client()
    client.get('/pid')
    const worker = Number((await client.reply()).text)
    client.get('/events')
    await client.untilChunk('data: one\n\n')
    process.kill(worker, 'SIGINT')
    application.process.kill('SIGINT')
    await client.untilChunk('retry: 5\n\n')
    await client.until('0\r\n\r\n')
    expect(await application.ended()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^millrace: drained: 1 reply ended \(1 with a last block\)\n$/),
    })
  })

  it('the second ends the workers too, and nothing looks complete', async () => {
    await using application = await start({ workers: 1 })
    await application.said(/^primary$/m)
    const client = application.client()
    client.getOld('/hold')
    await client.until('\r\n\r\none')
    application.process.kill('SIGINT')
    await application.said(/^draining$/m)
    application.process.kill('SIGTERM')
    expect(await application.ended()).toMatchObject({ code: 143, signal: null, stderr: '' })
    expect(await client.toEnd()).toEqual({ text: '', how: 'reset' })
  })
})
