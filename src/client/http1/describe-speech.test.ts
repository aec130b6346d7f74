import { describe, expect, it } from 'vitest'
import { describeSpeech, isForeign } from './describe-speech.ts'

describe('describeSpeech', () => {
  it.each([
    ['an alert of TLS', Buffer.from([0x15, 3, 1, 0, 2, 2, 70]), 'speaks TLS on this port: ask with https:'],
    ['settings of HTTP/2', Buffer.from([0, 0, 18, 4, 0, 0, 0, 0, 0]), 'ask with the protocol HTTP/2'],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_10\r\n'), 'speaks SSH'],
    ['another version', Buffer.from('HTTP/3 200'), 'which is not HTTP/1'],
    ['a document', Buffer.from('<!DOCTYPE html>'), 'does not speak HTTP: it sent "<!DOCTYPE html>"'],
    ['mail', Buffer.from('220 mail ESMTP\r\n'), 'does not speak HTTP: it sent "220 mail ESMTP\\r\\n"'],
  ])('knows %s', (_name, bytes, text) => {
    expect(isForeign(bytes)).toBe(true)
    expect(describeSpeech(bytes)).toContain(text)
  })
})

describe('isForeign', () => {
  it('is false as long as a reply may begin so', () => {
    for (let length = 0; length <= 8; length++) {
      expect(isForeign(Buffer.from('HTTP/1.1 200'.slice(0, length)))).toBe(false)
    }
    expect(isForeign(Buffer.from('HTTP/2'))).toBe(true)
    expect(isForeign(Buffer.from('\r\n'))).toBe(true)
  })
})
