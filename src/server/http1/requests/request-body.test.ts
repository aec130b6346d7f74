import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../../test/support/raw-client.ts'
import { settle } from '../../../../test/support/start-pump.ts'
import { ClientGone } from '../../../delivery/errors.ts'
import { BodyGuard } from '../../limits/body-guard.ts'
import { RequestBody } from './request-body.ts'

afterEach(() => void vi.useRealTimers())

/** A request whose head has come, of a client that has a body to send. */
async function setUp({ limit = 1000, length = 10, guard, fields }: Partial<Setting> = {}) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  const came = Promise.withResolvers<ServerResponse>()
  server.on('request', (_, response: ServerResponse) => came.resolve(response))
  client.send(`POST / HTTP/1.1\r\nHost: test\r\n${fields ?? `Content-Length: ${length}`}\r\n\r\n`)
  const nodeResponse = await came.promise
  const begin = vi.fn<() => void>()
  const givenUp = vi.fn<(error: Error) => void>()
  const body = new RequestBody(nodeResponse, { limit, guard, begin, givenUp })
  return { client, nodeResponse, body, begin, givenUp }
}

interface Setting {
  limit: number
  length: number
  guard: BodyGuard
  fields: string
}

/** A guard whose time passes when the test says so. */
function createGuard(): BodyGuard {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  return new BodyGuard({ bytes: 1000, within: 15_000 })
}

describe('RequestBody', () => {
  it('is read as it is asked for, and tells when that begins', async () => {
    const { client, body, begin, nodeResponse } = await setUp()
    const reader = body.open().getReader()
    expect([begin.mock.calls.length, body.isWanted]).toEqual([0, false])
    const reading = reader.read()
    await settle()
    expect([begin.mock.calls.length, body.isWanted, body.isOver]).toEqual([1, true, false])
    client.send('01234')
    expect(String((await reading).value)).toBe('01234')
    expect(body.isWanted).toBe(false)
    client.send('56789')
    expect(String((await reader.read()).value)).toBe('56789')
    expect((await reader.read()).done).toBe(true)
    expect([begin.mock.calls.length, body.isOver]).toEqual([1, true])
    nodeResponse.end()
  })

  it('fails when it is longer than it may be, and when the client leaves', async () => {
    const { client, body } = await setUp({ limit: 3 })
    const reading = body.open().getReader().read()
    client.send('01234')
    await expect(reading).rejects.toMatchObject({ status: 413 })
    const other = await setUp()
    const left = other.body.open().getReader().read()
    other.client.leave()
    await expect(left).rejects.toBeInstanceOf(ClientGone)
  })

  it('G13: is given up when it does not come: its reader fails with 408, and the connection ends', async () => {
    const { body, givenUp, nodeResponse } = await setUp({ guard: createGuard() })
    const reading = body.open().getReader().read()
    await settle()
    vi.advanceTimersByTime(15_750)
    const error = { status: 408, message: expect.stringMatching(/^Cannot read the request body: the client/) }
    await expect(reading).rejects.toMatchObject(error)
    expect(givenUp.mock.calls).toEqual([[expect.objectContaining(error)]])
    expect(nodeResponse.shouldKeepAlive).toBe(false)
  })

  it('G13: waits for ever while nobody reads it', async () => {
    const { body, client, givenUp } = await setUp({ guard: createGuard() })
    const stream = body.open()
    vi.advanceTimersByTime(600_000)
    const reading = stream.getReader().read()
    client.send('01234')
    expect(String((await reading).value)).toBe('01234')
    vi.advanceTimersByTime(600_000)
    expect(givenUp).not.toHaveBeenCalled()
  })

  it.each(['nobody', 'somebody'])(
    'G13: what is left of one that %s has read is dropped, and given up when it does not come',
    async (reader) => {
      const { body, client, nodeResponse, givenUp } = await setUp({ guard: createGuard() })
      if (reader === 'somebody') {
        const reading = body.open().getReader().read()
        client.send('0')
        await reading
      }
      const finished = once(nodeResponse, 'finish')
      nodeResponse.end('early')
      await finished
      expect(body.isWanted).toBe(true)
      vi.advanceTimersByTime(15_750)
      expect(nodeResponse.req.socket.destroyed).toBe(true)
      expect(givenUp).not.toHaveBeenCalled()
    },
  )

  it('G13: what is left of one is dropped, but not without end', async () => {
    const { body, client, nodeResponse } = await setUp({ limit: 100_000, length: 10_000_000 })
    const finished = once(nodeResponse, 'finish')
    nodeResponse.end('early')
    await finished
    expect(body.isTooLong).toBe(false)
    client.send('x'.repeat(200_000))
    while (!body.isTooLong) await new Promise((resolve) => setImmediate(resolve))
    body.giveUp()
    expect(nodeResponse.req.socket.destroyed).toBe(true)
  })

  it.each([
    ['refused', `1;${'x'.repeat(15_000)}\r\n.\r\n`, 100],
    ['taken', '1\r\n.\r\n', 100_000],
  ])('G13: chunks whose extensions are long are %s', async (how, chunk, times) => {
    const { client, body } = await setUp({ limit: Infinity, fields: 'Transfer-Encoding: chunked' })
    const reading = new Response(body.open()).bytes().then(
      ({ length }) => length,
      (error: unknown) => error,
    )
    client.send(`${chunk.repeat(times)}0\r\n\r\n`)
    if (how === 'taken') expect(await reading).toBe(times)
    else
      expect(await reading).toMatchObject({
        status: 400,
        message: expect.stringMatching(/extensions are so long/),
      })
  })

  it('leaves nothing behind when all of it has come before the reply ends', async () => {
    const guard = createGuard()
    const { body, client, nodeResponse } = await setUp({ guard, length: 1 })
    const reader = body.open().getReader()
    client.send('0')
    await reader.read()
    await reader.read()
    expect(vi.getTimerCount()).toBe(1)
    const finished = once(nodeResponse, 'finish')
    nodeResponse.end()
    await finished
    guard.forget(body)
    expect([body.isOver, body.isWanted, vi.getTimerCount()]).toEqual([true, false, 0])
  })
})
