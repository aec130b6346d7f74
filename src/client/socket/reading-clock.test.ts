import { describe, expect, it } from 'vitest'
import { ReadingClock } from './reading-clock.ts'

describe('ReadingClock', () => {
  it('counts a reading when the socket has read more, and gives one time to all that it brought', () => {
    const socket = { bytesRead: 0 }
    const clock = new ReadingClock(socket)
    socket.bytesRead = 10
    const first = clock.read()
    expect(first.number).toBe(1)
    expect(clock.read()).toBe(first)
    socket.bytesRead = 11
    const second = clock.read()
    expect(second.number).toBe(2)
    expect(second.at).toBeGreaterThanOrEqual(first.at)
  })
})
