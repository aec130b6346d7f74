import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../../test/support/raw-client.ts'
import { refusePlain } from './refuse-plain.ts'

afterEach(() => void vi.useRealTimers())

async function setUp() {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  const [socket] = await once(server, 'connection')
  onTestFinished(() => {
    client.leave()
    server.close()
  })
  return { client, socket }
}

describe('refusePlain', () => {
  it('says to use https, and ends the connection without a reset', async () => {
    const { client, socket } = await setUp()
    client.send(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 9000\r\n\r\n${'x'.repeat(9000)}`)
    refusePlain(socket)
    const { status, text, headers } = await client.reply()
    expect([status, text]).toEqual([400, 'This port speaks TLS: use https\n'])
    expect(headers.get('connection')).toBe('close')
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })

  it('does not wait for long for the client to end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, socket } = await setUp()
    client.socket.allowHalfOpen = true
    refusePlain(socket)
    await client.reply()
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(socket.destroyed).toBe(true)
    await once(socket, 'close')
    expect(vi.getTimerCount()).toBe(0)
  })
})
