import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { missesCut } from '../../../../test/compression/decoding-client.ts'
import { availableEncodings, Compressor } from './compressor.ts'
import type { Encoding } from '../../../reply/selection/negotiate-encoding.ts'

const finish = {
  gzip: (bytes: Uint8Array) => zlib.gunzipSync(bytes),
  deflate: (bytes: Uint8Array) => zlib.inflateSync(bytes),
  br: (bytes: Uint8Array) => zlib.brotliDecompressSync(bytes),
  zstd: (bytes: Uint8Array) => zlib.zstdDecompressSync(bytes),
}
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants
// Decodes what is not whole.
const decode = {
  gzip: (bytes: Uint8Array) => zlib.gunzipSync(bytes, { finishFlush: Z_SYNC_FLUSH }),
  deflate: (bytes: Uint8Array) => zlib.inflateSync(bytes, { finishFlush: Z_SYNC_FLUSH }),
  br: (bytes: Uint8Array) => zlib.brotliDecompressSync(bytes, { finishFlush: BROTLI_OPERATION_FLUSH }),
  zstd: (bytes: Uint8Array) => zlib.zstdDecompressSync(bytes, { finishFlush: ZSTD_e_flush }),
}
const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']

describe('Compressor', () => {
  it('has the encodings of this Node.js', () => {
    expect(availableEncodings).toEqual(encodings)
  })

  it.each(encodings)('gives bytes of %s that can be decoded at once', async (encoding) => {
    const compressor = new Compressor(encoding)
    let [sent, received] = [Buffer.alloc(0), Buffer.alloc(0)]
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))
    for (const block of [Buffer.from('one'), Buffer.alloc(1 << 20, 'two'), noise, Buffer.from('four')]) {
      sent = Buffer.concat([sent, block])
      received = Buffer.concat([received, await compressor.write(block)])
      expect(decode[encoding](received).equals(sent)).toBe(true)
      // What is cut is not whole; Node 22 does not see it in zstd.
      if (!missesCut(encoding)) expect(() => finish[encoding](received)).toThrow(Error)
    }
    received = Buffer.concat([received, await compressor.end(Buffer.from('end'))])
    expect(finish[encoding](received).equals(Buffer.concat([sent, Buffer.from('end')]))).toBe(true)
  })

  it.each(encodings)('gives a whole encoding of nothing, in %s', async (encoding) => {
    expect(finish[encoding](await new Compressor(encoding).end(new Uint8Array(0)))).toHaveLength(0)
  })

  it('tries harder when it is told to', async () => {
    const text = Buffer.from(Array.from({ length: 5000 }, (_, index) => `${index * 7919} `).join(''))
    for (const [encoding, low, high] of [
      ['gzip', 1, 9],
      ['br', 1, 9],
      ['zstd', 1, 15],
    ] as const) {
      const worse = await new Compressor(encoding, { [encoding]: low }).end(text)
      expect((await new Compressor(encoding, { [encoding]: high }).end(text)).length).toBeLessThan(
        worse.length,
      )
    }
  })

  it('has a window of 256 KiB in zstd and br, at any level, so that open streams cost little', async () => {
    for (const level of [1, 11]) {
      // RFC 8878 §3.1.1.1.2: the exponent, from 10 on, is above the mantissa.
      const zstd = await new Compressor('zstd', { zstd: level }).write(Buffer.from('text'))
      expect(zstd[5]).toBe((18 - 10) << 3)
      // RFC 7932 §9.1: 18 is 0011.
      const br = await new Compressor('br', { br: level }).write(Buffer.from('text'))
      expect((br[0] ?? 0) & 0b1111).toBe(0b0011)
    }
  })

  it('G4: gives nothing of what it was at when it is destroyed', async () => {
    const compressor = new Compressor('gzip')
    const made = compressor.write(Buffer.alloc(1 << 20, 'x'))
    compressor.destroy()
    await expect(made).rejects.toThrow('Cannot compress: the body is closed')
  })
})
