import { describe, expect, it } from 'vitest'
import { describeForeign } from './describe-foreign.ts'

describe('describeForeign', () => {
  it('takes settings for HTTP/2, in any part of their head', () => {
    const settings = Buffer.from([0, 0, 18, 4, 0, 0, 0, 0, 0, 1, 2])
    for (let length = 1; length <= settings.length; length++) {
      expect(describeForeign(settings.subarray(0, length))).toBeUndefined()
    }
  })

  it.each([
    [Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'the server speaks HTTP/1, not HTTP/2'],
    [Buffer.from([0x15, 3, 1, 0, 2]), 'the server speaks TLS on this port. Ask with https:'],
    [Buffer.from('SSH-2.0\r\n'), 'the server does not speak HTTP/2: it sent "SSH-2.0\\r\\n"'],
    [Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0]), 'the server does not speak HTTP/2'],
    [Buffer.from([0, 0, 18, 4, 0, 0, 0, 0, 1]), 'the server does not speak HTTP/2'],
  ])('knows %s', (bytes, text) => {
    expect(describeForeign(bytes)).toContain(text)
  })
})
