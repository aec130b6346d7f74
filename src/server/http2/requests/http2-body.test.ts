import { once } from 'node:events'
import { type ClientHttp2Stream, connect, createServer, type ServerHttp2Stream } from 'node:http2'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { settle } from '../../../../test/support/start-pump.ts'
import { ClientGone } from '../../../delivery/errors.ts'
import { BodyGuard } from '../../limits/body-guard.ts'
import { Http2Body } from './http2-body.ts'

afterEach(() => void vi.useRealTimers())

/** A request whose head has come, and the client's side of it. */
async function setUp({ limit = 1000, guard }: { limit?: number; guard?: BodyGuard } = {}) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const session = connect(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
  const came = Promise.withResolvers<ServerHttp2Stream>()
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {})
    came.resolve(stream)
  })
  const client: ClientHttp2Stream = session.request({ ':method': 'POST' })
  client.on('error', () => {})
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  const stream = await came.promise
  const begin = vi.fn<() => void>()
  const givenUp = vi.fn<(error: Error) => void>()
  return { client, stream, begin, givenUp, body: new Http2Body(stream, { limit, guard, begin, givenUp }) }
}

describe('Http2Body', () => {
  it('is read as it is asked for, and tells when that begins', async () => {
    const { client, body, begin } = await setUp()
    const reader = body.open().getReader()
    expect([begin.mock.calls.length, body.isWanted]).toEqual([0, false])
    const reading = reader.read()
    await settle()
    expect([begin.mock.calls.length, body.isWanted, body.received]).toEqual([1, true, 0])
    client.write('01234')
    expect(String((await reading).value)).toBe('01234')
    expect([body.isWanted, body.received, body.isOver]).toEqual([false, 5, false])
    client.end()
    expect((await reader.read()).done).toBe(true)
    expect([begin.mock.calls.length, body.isOver]).toEqual([1, true])
  })

  it('fails when it is longer than it may be, and when the client breaks it off', async () => {
    const { client, body } = await setUp({ limit: 3 })
    const reading = body.open().getReader().read()
    client.write('01234')
    await expect(reading).rejects.toMatchObject({ status: 413 })
    const other = await setUp()
    const broken = other.body.open().getReader().read()
    other.client.destroy(new Error('gone'))
    await expect(broken).rejects.toBeInstanceOf(ClientGone)
  })

  it.each([false, true])(
    'G13: is given up when it does not come; behind the head of a reply (%s) the client is gone',
    async (isAnswered) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
      const { body, stream, givenUp } = await setUp({
        guard: new BodyGuard({ bytes: 1000, within: 15_000 }),
      })
      if (isAnswered) stream.respond({ ':status': 200 })
      const reading = body.open().getReader().read()
      await settle()
      vi.advanceTimersByTime(15_750)
      const error = isAnswered ? { name: 'TooSlow', code: 'CLIENT_GONE' } : { status: 408 }
      await expect(reading).rejects.toMatchObject(error)
      expect(givenUp.mock.calls).toEqual([[expect.objectContaining(error)]])
    },
  )
})
