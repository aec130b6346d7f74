import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { reply } from '../../reply/reply.ts'
import { compressBuffered } from './compress-buffered.ts'
import { toCompressSettings } from './compress-options.ts'

const options = {
  encoding: 'gzip',
  isForced: false,
  settings: toCompressSettings({}),
  method: 'GET',
} as const
const long = 'x'.repeat(2000)

describe('compressBuffered', () => {
  it('compresses a literal, and what has to be collected first [CPY-040]', async () => {
    for (const body of [long, [long.slice(0, 999), long.slice(999)]]) {
      const made = await compressBuffered(reply(body), options)
      expect(made.headers.get('content-type')).toMatch(/^text\/plain/)
      expect(gunzipSync(await made.arrayBuffer()).toString()).toBe(long)
    }
  })

  it('keeps a literal as it is that becomes no smaller [DJG-041]', async () => {
    const made = reply(Buffer.from(crypto.getRandomValues(new Uint8Array(2000))), {
      headers: { 'content-type': 'text/html' },
    })
    expect(await compressBuffered(made, options)).toBe(made)
    expect(made.headers.get('vary')).toBe('Accept-Encoding')
  })

  it.each([
    ['content-encoding', 'gzip'],
    ['cache-control', 'no-transform'],
  ])('sends as it is what says %s: %s while it is collected', async (name, value) => {
    const source = function* () {
      given.headers.set(name, value)
      yield long
    }
    const given = reply(source)
    const made = await compressBuffered(given, options)
    expect([made.headers.get(name), await made.text()]).toEqual([value, long])
  })

  it('closes what it has collected, and tells what that throws [CPY-042]', async () => {
    const error = new Error('no')
    const source = reply([long])
    source.blocks.onClose(() => {
      throw error
    })
    const made = await compressBuffered(source, options)
    expect(source.blocks.isClosed).toBe(true)
    expect(await made.blocks.close()).toEqual([error])
  })

  it('G7: for HEAD tells no length that is not that of the GET', async () => {
    const source = vi.fn(() => [long])
    const headers = { 'content-type': 'text/html', 'content-length': '2000', etag: '"1"' }
    const made = await compressBuffered(reply(source, { headers }), { ...options, method: 'HEAD' })
    const expected = { 'content-type': 'text/html', etag: 'W/"1"', vary: 'Accept-Encoding' }
    expect(Object.fromEntries(made.headers)).toEqual(expected)
    expect(made.blocks.length).toBeUndefined()
    await made.blocks.close()
    expect(source).not.toHaveBeenCalled()
  })
})
