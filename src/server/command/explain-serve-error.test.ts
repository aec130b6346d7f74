import { describe, expect, it } from 'vitest'
import { explainServeError } from './explain-serve-error.ts'

describe('explainServeError', () => {
  it('says how to choose another port', () => {
    const cause = Object.assign(new Error('listen'), { code: 'EADDRINUSE' })
    const error = explainServeError(
      new Error('Cannot listen on x:1: the port is in use', { cause }),
      'app.ts',
    )
    expect(error).toMatchObject({ code: 'APP' })
    expect(error.message).toBe(
      'Cannot listen on x:1: the port is in use\nTry: millrace serve app.ts --port=3001; --port=0 takes a free one',
    )
  })

  it('takes what serve() names for told, and leaves a fault as it is', () => {
    expect(explainServeError(new TypeError('Cannot serve: there is no option `x`'), 'a')).toMatchObject({
      code: 'APP',
    })
    const fault = new TypeError("Cannot read properties of undefined (reading 'x')")
    expect(explainServeError(fault, 'a')).toBe(fault)
  })
})
