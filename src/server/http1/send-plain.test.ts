import { describe, expect, it } from 'vitest'
import { openTestServer } from '../../../test/support/test-server.ts'

const plain = {
  text: 'Grüße 😀',
  'no text': '',
  'half a character': '\ud83d',
  bytes: new Uint8Array([0, 255, 10]),
  'no bytes': new Uint8Array(0),
  'a Buffer': Buffer.from('buffer'),
  'part of a buffer': new Uint8Array(Buffer.from('-part-').buffer, 0, 4).subarray(1, 3),
  'words of two bytes': new Uint16Array([0x4241, 0x4443]),
  'a DataView': new DataView(Uint8Array.from([1, 2, 3, 4]).buffer, 1, 2),
  'an ArrayBuffer': new Uint8Array([1, 2, 3]).buffer,
}

describe('sendPlain', () => {
  it.each([
    ['HEAD', '1.1'],
    ['GET', '1.0'],
    ['HEAD', '1.0'],
  ])('is not for %s over HTTP/%s', async (method, version) => {
    await using server = await openTestServer({ routes: { '/': () => 'abc' } })
    const client = server.client()
    client.send(`${method} / HTTP/${version}\r\nHost: test\r\nConnection: close\r\n\r\n`)
    const { text } = await client.toEnd()
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(text.toLowerCase()).toContain('content-length: 3\r\n')
    expect(text.endsWith(method === 'HEAD' ? '\r\n\r\n' : '\r\n\r\nabc')).toBe(true)
  })

  it.each(Object.entries(plain))(
    'sends %s with the same head as a reply that is not plain',
    async (_, body) => {
      await using server = await openTestServer({
        routes: {
          '/plain': () => body,
          '/whole': (context) => {
            // Somebody waits for the end of the reply: it goes the long way.
            context.onClose(() => {})
            return body
          },
        },
      })
      const client = server.client()
      const heads: object[] = []
      for (const path of ['/plain', '/whole']) {
        client.get(path)
        const { statusLine, headers, body: bytes } = await client.reply()
        const { date, ...others } = Object.fromEntries(headers)
        expect(date).toMatch(/ GMT$/)
        heads.push({ statusLine, others, bytes: bytes.toString('hex') })
      }
      expect(heads[0]).toEqual(heads[1])
      expect(server.reported).toEqual([])
    },
  )

  it('counts bytes, not characters [WKZ-004]', async () => {
    await using server = await openTestServer({ routes: { '/': () => plain.text } })
    const client = server.client()
    client.get('/')
    const { headers, text } = await client.reply()
    expect([headers.get('content-length'), text]).toEqual(['12', plain.text])
  })
})
