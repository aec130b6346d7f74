import { describe, expect, it } from 'vitest'
import { BegunHead } from './begun-head.ts'

/** A session by numbers, whose client answers when it is told to. */
function setUp() {
  const answers: ((error: Error | null) => void)[] = []
  const socket = { bytesRead: 0 }
  const session = {
    state: { lastProcStreamID: 0, effectiveRecvDataLength: 0 },
    isFull: false,
    ping: (answered: (error: Error | null) => void) => {
      if (session.isFull) return false
      answers.push(answered)
      return true
    },
  }
  const head = new BegunHead(session, socket)
  const receive = (latest: number) => {
    socket.bytesRead++
    session.state.lastProcStreamID = latest
  }
  const look = () => {
    head.look()
    return head.isBegun
  }
  return { head, session, answers, receive, look }
}

describe('BegunHead', () => {
  it('has begun when its stream is counted, and ends when it has come', () => {
    const { head, receive, look, answers } = setUp()
    expect(look()).toBe(false)
    receive(1)
    expect([look(), look()]).toEqual([true, true])
    head.end(1)
    expect(look()).toBe(false)
    receive(3)
    head.end(3)
    expect(look()).toBe(false)
    expect([answers.length, head.refused]).toEqual([1, 0])
  })

  it('is not what was refused: its client answers', () => {
    const { head, receive, look, answers } = setUp()
    receive(1)
    expect(look()).toBe(true)
    answers[0]?.(null)
    expect([look(), head.refused]).toEqual([false, 1])
    receive(3)
    expect(look()).toBe(true)
    answers[1]?.(new Error('the session is over'))
    expect([look(), head.refused]).toEqual([true, 1])
  })

  it('is not what a body comes behind', () => {
    const { head, session, receive, look } = setUp()
    session.state.effectiveRecvDataLength = 1000
    receive(1)
    expect(look()).toBe(true)
    // A window was given.
    session.state.effectiveRecvDataLength = 500
    expect([look(), head.refused]).toEqual([true, 0])
    session.state.effectiveRecvDataLength = 501
    expect([look(), head.refused]).toEqual([false, 1])
    session.state.effectiveRecvDataLength = 502
    receive(3)
    expect([look(), head.refused]).toEqual([true, 1])
  })

  it('has not begun again when it ended before its client answers', () => {
    const { head, receive, look, answers } = setUp()
    receive(1)
    look()
    head.end(3)
    answers[0]?.(null)
    expect([look(), head.refused]).toEqual([false, 0])
    receive(3)
    expect(look()).toBe(false)
  })

  it('asks later where too many answers are waited for', () => {
    const { session, receive, look, answers } = setUp()
    session.isFull = true
    receive(1)
    expect(look()).toBe(true)
    session.isFull = false
    expect([look(), answers.length]).toEqual([true, 1])
  })
})
