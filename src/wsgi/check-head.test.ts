import { describe, expect, it } from 'vitest'
import { checkHead } from './check-head.ts'
import { WsgiError } from './wsgi-error.ts'

describe('checkHead', () => {
  it('takes status, reason, headers and length apart', () => {
    const head = checkHead('404 Not Found', [
      ['Content-Length', '12'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ])
    expect(head).toMatchObject({ status: 404, reason: 'Not Found', length: 12 })
    expect(head.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it('leaves the length out where no body can be', () => {
    const { headers, length } = checkHead('204 No Content', [['Content-Length', '5']])
    expect([headers.has('content-length'), length]).toEqual([false, undefined])
    expect(checkHead('304 Not Modified', [['Content-Length', '5']]).length).toBe(5)
  })

  it('names the rule, what was given and what to do', () => {
    expect(() => checkHead('200', [])).toThrow(
      'W4: Cannot start a response with the status "200": give three digits, 200 to 599, one space and a reason, "200 OK"',
    )
    expect(() => checkHead('200 OK', [['Te', 'x']])).toThrow(WsgiError)
    expect(() => checkHead('200 OK', [undefined])).toThrow('W5: Cannot set a header from')
  })
})
