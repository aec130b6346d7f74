// One body on its way through zlib. Each write is flushed, so that what came out can be decoded up to its last byte,
// and nothing is kept back (G1). What is broken off is destroyed, never finished: it must not look whole (G4).
import zlib from 'node:zlib'
import type { Encoding } from '../../../reply/selection/negotiate-encoding.ts'

/** How hard to try, by encoding. */
export type Levels = Readonly<Partial<Record<Encoding, number>>>

/** The encodings of this Node.js, the one to prefer first; zstd came with 22.15. */
export const availableEncodings: readonly Encoding[] = [
  ...('createZstdCompress' in zlib ? (['zstd'] as const) : []),
  'br',
  'gzip',
  'deflate',
]

/** The lowest level, the highest, and the one taken unless told: the best that keeps up with a network. */
export const levelRanges: Readonly<Record<Encoding, readonly [number, number, number]>> = {
  // RFC 9659: what browsers decode needs a window of 8 MiB at most, which level 19 keeps to.
  zstd: [1, 19, 3],
  br: [0, 11, 4],
  gzip: [1, 9, 6],
  deflate: [1, 9, 6],
}

const { constants } = zlib

/**
 * The window of br and zstd, as a power of two: 256 KiB. Theirs of 4 and 2 MiB would cost each open stream that much
 * memory; records compress as well and faster without, long texts by some percent less.
 */
const WINDOW = 18

/** Compresses one body. */
export class Compressor {
  readonly #stream: ReturnType<typeof openStream>
  #output: Uint8Array[] = []
  #pending: PromiseWithResolvers<Uint8Array> | undefined

  constructor(encoding: Encoding, levels: Levels = {}) {
    this.#stream = openStream(encoding, levels[encoding] ?? levelRanges[encoding][2])
    this.#stream.on('data', (bytes: Uint8Array) => this.#output.push(bytes))
    this.#stream.on('end', () => this.#resolve())
    this.#stream.on('error', (error) => this.#pending?.reject(error))
    this.#stream.on('close', () => this.#pending?.reject(new Error('Cannot compress: the body is closed')))
  }

  /** The bytes that stand for these; they can be decoded before any more come. Do not call it before it has answered. */
  write(bytes: Uint8Array): Promise<Uint8Array> {
    this.#pending = Promise.withResolvers()
    const { promise } = this.#pending
    this.#stream.write(bytes, (error) => error || this.#resolve())
    return promise
  }

  /** The same for the last bytes, and whatever ends the encoding. */
  end(bytes: Uint8Array): Promise<Uint8Array> {
    this.#pending = Promise.withResolvers()
    const { promise } = this.#pending
    this.#stream.end(bytes)
    return promise
  }

  /** Gives its memory back, in the middle or after the end. */
  destroy(): void {
    this.#stream.destroy()
  }

  #resolve(): void {
    // Destroyed while it was at work: what came out is cut anywhere.
    if (this.#stream.destroyed && !this.#stream.readableEnded) return
    this.#pending?.resolve(Buffer.concat(this.#output))
    this.#pending = undefined
    this.#output = []
  }
}

function openStream(encoding: Encoding, level: number) {
  switch (encoding) {
    case 'zstd':
      return zlib.createZstdCompress({
        flush: constants.ZSTD_e_flush,
        params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: WINDOW },
      })
    case 'br':
      return zlib.createBrotliCompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: {
          [constants.BROTLI_PARAM_QUALITY]: level,
          [constants.BROTLI_PARAM_LGWIN]: WINDOW,
        },
      })
    case 'gzip':
      return zlib.createGzip({ flush: constants.Z_SYNC_FLUSH, level })
    case 'deflate':
      return zlib.createDeflate({ flush: constants.Z_SYNC_FLUSH, level })
  }
}
