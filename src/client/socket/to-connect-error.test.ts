import { describe, expect, it } from 'vitest'
import { ConnectError } from '../connection.ts'
import { readError, toConnectError } from './to-connect-error.ts'

const url = new URL('http://example.test/path')

function toError(code: string, message = 'so'): Error {
  return Object.assign(new Error(message), { code })
}

describe('toConnectError', () => {
  it.each([
    ['ENOTFOUND', 'name', 'there is no host of the name example.test. Check how it is spelled'],
    ['EAI_AGAIN', 'name', 'nobody answered what the address of example.test is'],
    ['ECONNREFUSED', 'refused', 'nothing listens on port 80. Is the server running, and is this its port?'],
    ['EHOSTUNREACH', 'unreachable', 'there is no way to the host'],
    ['ENETUNREACH', 'unreachable', 'there is no way to the host'],
    ['ETIMEDOUT', 'timeout', 'the host does not answer'],
    ['EOTHER', 'unreachable', 'so'],
  ])('says what %s means, and what to do', (code, fault, text) => {
    const cause = toError(code)
    const error = toConnectError(cause, url)
    expect(error).toMatchObject({ name: 'ConnectError', fault, cause })
    expect(error.message).toContain(`Cannot connect to example.test: ${text}`)
  })

  it('names the port that https: means', () => {
    expect(toConnectError(toError('ECONNREFUSED'), new URL('https://example.test')).message).toContain(
      'port 443',
    )
  })

  it('gives an error back that says it already', () => {
    const error = new ConnectError('tls', 'known')
    expect(toConnectError(error, url)).toBe(error)
  })
})

describe('readError', () => {
  it('takes a refusal from the errors of several addresses before others', () => {
    const errors = new AggregateError([toError('ENETUNREACH', 'one'), toError('ECONNREFUSED', 'two')], 'all')
    expect(readError(errors)).toEqual({ code: 'ECONNREFUSED', message: 'two' })
    expect(readError(new AggregateError([], 'none'))).toEqual({ code: '', message: 'none' })
  })

  it('takes whatever was thrown', () => {
    expect(readError('text')).toEqual({ code: '', message: 'text' })
  })
})
