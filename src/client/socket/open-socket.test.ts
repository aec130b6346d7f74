import { describe, expect, it } from 'vitest'
import { openByteServer } from '../../../test/support/open-byte-server.ts'
import { openSocket, toAddress } from './open-socket.ts'

describe('toAddress', () => {
  it.each([
    ['http://a.test', 'a.test', 80],
    ['https://a.test', 'a.test', 443],
    ['http://a.test:8080/x', 'a.test', 8080],
    ['https://[::1]:1/', '::1', 1],
  ])('takes %s apart', (url, host, port) => {
    expect(toAddress(new URL(url))).toEqual({ host, port })
  })
})

describe('openSocket', () => {
  it('tells when it was asked for and when it was connected', async () => {
    const { url, next } = await openByteServer()
    const before = performance.now()
    const { socket, times, chosen } = await openSocket(url, new AbortController().signal)
    await next()
    expect(times.started).toBeGreaterThanOrEqual(before)
    expect(times.connected).toBeGreaterThan(times.started)
    expect([times.secured, chosen]).toEqual([undefined, 'HTTP/1.1'])
    socket.destroy()
  })

  it('refuses with the reason of a signal that is aborted already', async () => {
    const reason = new Error('enough')
    const { url } = await openByteServer()
    await expect(openSocket(url, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
