import { describe, expect, it } from 'vitest'
import { explainListenError } from './explain-listen-error.ts'

describe('explainListenError', () => {
  it.each([
    ['EADDRINUSE', 'the port is in use; give another `port`, or stop what listens there'],
    ['EACCES', 'this user may not use the port; give a `port` of 1024 or more'],
    ['EADDRNOTAVAIL', 'this machine has no such address; give another `hostname`'],
    ['EMFILE', 'listen EMFILE'],
  ])('says what to do about %s', (code, why) => {
    const cause = Object.assign(new Error(`listen ${code}`), { code })
    const error = explainListenError(cause, 'localhost', 80)
    expect(error).toMatchObject({ message: `Cannot listen on localhost:80: ${why}`, cause })
  })
})
