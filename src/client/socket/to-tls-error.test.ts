import { describe, expect, it } from 'vitest'
import { ConnectError } from '../connection.ts'
import { toTlsError } from './to-tls-error.ts'

const url = new URL('https://example.test:8443/')

function describeCode(code: string, message = 'so'): string {
  return toTlsError(Object.assign(new Error(message), { code }), url).message
}

describe('toTlsError', () => {
  it.each([
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'self-signed. Trust it with --ca (option ca), or take any certificate with --insecure',
    ],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'nobody who is trusted here has issued'],
    ['CERT_HAS_EXPIRED', 'has expired. To go on all the same, take any certificate with --insecure'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS on this port. Ask with http: in place of https:'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'no version of TLS that this side does'],
    ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'knows no host of the name example.test'],
    ['ECONNRESET', 'ended the connection while TLS was agreed on'],
    ['EOTHER', 'TLS failed: so'],
  ])('says what %s means, and what to do', (code, text) => {
    expect(describeCode(code)).toContain('Cannot connect to example.test:8443: ')
    expect(describeCode(code)).toContain(text)
  })

  it('says for whom the certificate is', () => {
    const names =
      "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b, DNS:c"
    expect(describeCode('ERR_TLS_CERT_ALTNAME_INVALID', names)).toContain(
      'is not for example.test, but for DNS:b, DNS:c',
    )
    const list =
      "Hostname/IP does not match certificate's altnames: IP: 127.0.0.2 is not in the cert's list: 127.0.0.1"
    expect(describeCode('ERR_TLS_CERT_ALTNAME_INVALID', list)).toContain('but for 127.0.0.1.')
    expect(describeCode('ERR_TLS_CERT_ALTNAME_INVALID', 'new')).toContain('but for others')
  })

  it('takes the reason of OpenSSL without the place in its sources', () => {
    const error = Object.assign(new Error('4083:error:0A000:SSL:file.c:7:'), {
      code: 'ERR_SSL_X',
      reason: 'bad thing',
    })
    expect(toTlsError(error, url).message).toBe('Cannot connect to example.test:8443: TLS failed: bad thing')
  })

  it('gives an error back that says it already', () => {
    const error = new ConnectError('timeout', 'known')
    expect(toTlsError(error, url)).toBe(error)
  })
})
