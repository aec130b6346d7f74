import { describe, expect, it } from 'vitest'
import { isTlsCertificate, isTlsOptions } from './tls-options.ts'

const pair = { key: 'key', cert: Buffer.from('cert') }

describe('isTlsOptions', () => {
  it.each([
    pair,
    { keyFile: 'key.pem', certFile: new URL('file:///cert.pem') },
    { key: 'key', certFile: 'cert.pem', keyFile: undefined },
    { ...pair, ca: 'ca', passphrase: '' },
    { ...pair, ca: ['one', Buffer.from('two')] },
    { ...pair, minVersion: 'TLSv1.3', handshakeTimeout: 1, http2: false },
  ])('takes %o', (options) => expect(isTlsOptions(options)).toBe(true))

  it.each([
    undefined,
    null,
    'pem',
    {},
    { key: 'key' },
    { cert: 'cert' },
    { ...pair, keyFile: 'key.pem' },
    { ...pair, certFile: 'cert.pem' },
    { ...pair, key: 1 },
    { keyFile: new URL('https://example.com/key'), certFile: 'cert.pem' },
    { ...pair, ca: [1] },
    { ...pair, passphrase: 1 },
    { ...pair, minVersion: 'TLSv1.1' },
    { ...pair, handshakeTimeout: 0 },
    { ...pair, handshakeTimeout: Infinity },
    { ...pair, http2: 'yes' },
    { ...pair, toString: 'text' },
    { ...pair, servername: 'localhost' },
  ])('refuses %o', (options) => expect(isTlsOptions(options)).toBe(false))
})

describe('isTlsCertificate', () => {
  it('takes what is of a certificate, and nothing else', () => {
    expect(isTlsCertificate({ ...pair, ca: 'ca', passphrase: 'word' })).toBe(true)
    expect(isTlsCertificate({ ...pair, minVersion: 'TLSv1.3' })).toBe(false)
    expect(isTlsCertificate({ ...pair, http2: true })).toBe(false)
  })
})
