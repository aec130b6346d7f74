import { describe, expect, it } from 'vitest'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import { HttpError, redirect } from '../../reply/http-error.ts'
import { isFault, isFaultToNobody, outcomeToTell, toLateOutcome } from './outcome-to-tell.ts'

const counts = { bytes: 3, blocks: 1 }
const error = new Error('expected')

describe('outcomeToTell', () => {
  it('leaves the outcome of a reply that has not failed', () => {
    const outcome = { kind: 'complete', ...counts } as const
    expect(outcomeToTell(outcome, undefined)).toBe(outcome)
  })

  it('is refused for the reply in whose place an error reply has gone out', () => {
    expect(outcomeToTell({ kind: 'complete', ...counts }, { error, isOfRequest: false })).toEqual({
      kind: 'refused',
      error,
      ...counts,
    })
  })

  it.each([
    ['an HttpError below 500', new HttpError(404), 'complete'],
    ['an HttpError from 500 on', new HttpError(503), 'refused'],
    ['a redirect', getRedirect(), 'complete'],
  ])('of %s is %s', (_, thrown, kind) => {
    expect(
      outcomeToTell({ kind: 'complete', ...counts }, { error: thrown, isOfRequest: false }),
    ).toMatchObject({ kind })
  })

  it('leaves that of a request which was refused with any status', () => {
    const outcome = { kind: 'complete', ...counts } as const
    expect(outcomeToTell(outcome, { error: new HttpError(501), isOfRequest: true })).toBe(outcome)
  })

  it('is that of the error reply, where that was broken off', () => {
    const gone = { kind: 'client-gone', error: new ClientGone(), ...counts } as const
    expect(outcomeToTell(gone, { error, isOfRequest: false })).toBe(gone)
  })

  it('is failed, where there was nothing left to send: that the connection has closed is no departure', () => {
    const gone = { kind: 'client-gone', error: new ClientGone(), bytes: 0, blocks: 0 } as const
    expect(outcomeToTell(gone, { error, isOfRequest: false, isGivenUp: true })).toMatchObject({
      kind: 'failed',
      error,
    })
  })
})

describe('toLateOutcome', () => {
  it('is refused where the handler took too long', () => {
    const late = new HttpError(504)
    expect(toLateOutcome(late)).toEqual({ kind: 'refused', error: late, bytes: 0, blocks: 0 })
  })

  it.each([
    ['client-gone', new ClientGone()],
    ['shutdown', new ShuttingDown()],
  ])('is %s where nobody waits any more', (kind, reason) => {
    expect(toLateOutcome(reason)).toEqual({ kind, error: reason, bytes: 0, blocks: 0 })
  })
})

function getRedirect(): unknown {
  try {
    throw redirect('/x')
  } catch (thrown) {
    return thrown
  }
}

describe('isFault', () => {
  it.each([
    ['an HttpError below 500', new HttpError(404), false, false],
    ['an HttpError from 500 on', new HttpError(501), true, false],
    ['a redirect', getRedirect(), false, false],
    ['anything else', error, true, true],
  ])('of %s', (_, thrown, isOfReply, isOfRequest) => {
    expect(isFault({ error: thrown, isOfRequest: false })).toBe(isOfReply)
    expect(isFault({ error: thrown, isOfRequest: true })).toBe(isOfRequest)
  })
})

describe('isFaultToNobody', () => {
  it.each([
    ['a departure', new ClientGone(), false],
    ['the end of the server', new ShuttingDown('over'), false],
    ['what was aborted for it', new DOMException('aborted', 'AbortError'), false],
    ['an HttpError below 500', new HttpError(404), false],
    ['a redirect', getRedirect(), false],
    ['anything else', error, true],
    ['what is no error', 'text', true],
  ])('of %s', (_, thrown, isFault) => {
    expect(isFaultToNobody(thrown)).toBe(isFault)
  })
})
