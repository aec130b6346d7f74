import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { endConnection, endGently, LINGER, SILENCE } from './linger.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

function setUp() {
  const socket = new Socket()
  const request = new IncomingMessage(socket)
  const end = vi.spyOn(socket, 'end').mockImplementation(() => socket)
  let bytes = 0
  vi.spyOn(socket, 'bytesRead', 'get').mockImplementation(() => bytes)
  return { socket, request, end, receive: () => void bytes++ }
}

it('endConnection ends a connection with nothing left to read as node:http does', () => {
  const { socket, request, end } = setUp()
  const destroySoon = vi.spyOn(Socket.prototype, 'destroySoon').mockImplementation(() => {})
  endConnection(socket, undefined)
  expect([destroySoon.mock.contexts, vi.getTimerCount()]).toEqual([[socket], 0])
  endConnection(socket, request)
  expect([destroySoon.mock.calls.length, end.mock.calls.length, vi.getTimerCount()]).toEqual([1, 1, 1])
  destroySoon.mockRestore()
})

it('endConnection waits for the end of the body or of the client, as long as anything comes, and for a time', async () => {
  for (const how of ['body', 'client', 'silence', 'time'] as const) {
    const { socket, request, receive } = setUp()
    endConnection(socket, request)
    expect(request.readableFlowing).toBe(true)
    for (let passed = SILENCE; passed < LINGER; passed += SILENCE) {
      receive()
      vi.advanceTimersByTime(SILENCE)
    }
    expect(socket.destroyed).toBe(false)
    if (how === 'body') request.emit('end')
    if (how === 'client') socket.emit('end')
    if (how === 'time') receive()
    vi.advanceTimersByTime(how === 'silence' || how === 'time' ? SILENCE : 0)
    expect([how, socket.destroyed]).toEqual([how, true])
    await new Promise((resolve) => socket.once('close', resolve))
    expect(vi.getTimerCount()).toBe(0)
  }
})

it('endConnection gives a client up that stops on the way', () => {
  const { socket, request, receive } = setUp()
  endConnection(socket, request)
  receive()
  vi.advanceTimersByTime(SILENCE)
  expect(socket.destroyed).toBe(false)
  vi.advanceTimersByTime(SILENCE)
  expect(socket.destroyed).toBe(true)
})

it('endGently asks what is left when node:http ends the connection, not before', () => {
  const { socket, request, end } = setUp()
  const pending: IncomingMessage[] = []
  endGently(socket, () => pending[0])
  pending.push(request)
  socket.destroySoon()
  expect([end.mock.calls.length, socket.destroyed, vi.getTimerCount()]).toEqual([1, false, 1])
})
