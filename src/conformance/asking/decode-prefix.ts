import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib'

// What is small is decoded again from its start with each piece: so it is known, without waiting for a stream of Node's,
// what a client can read at that moment.

const decoders: Readonly<Record<string, (bytes: Uint8Array, isWhole: boolean) => Uint8Array>> = {
  identity: (bytes) => bytes,
  gzip: (bytes, isWhole) => gunzipSync(bytes, toFlush(isWhole)),
  deflate: (bytes, isWhole) => inflateSync(bytes, toFlush(isWhole)),
  br: (bytes, isWhole) =>
    brotliDecompressSync(bytes, isWhole ? {} : { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
}

function toFlush(isWhole: boolean) {
  return isWhole ? {} : { finishFlush: constants.Z_SYNC_FLUSH }
}

/**
 * What can be read of the first bytes of a body.
 * @throws Error for bytes that are not of this encoding, and for an encoding that was not asked for.
 */
export function decodePrefix(encoding: string, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? bytes : decoderOf(encoding)(bytes, false)
}

/** Whether an encoded body has its own end, whatever the connection says. */
export function isFinished(encoding: string, bytes: Uint8Array): boolean {
  if (encoding === 'identity' || bytes.length === 0) return false
  try {
    decoderOf(encoding)(bytes, true)
    return true
  } catch {
    // That the end is missing is told by an error.
    return false
  }
}

function decoderOf(encoding: string) {
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (!decoder) throw new RangeError(`Cannot decode ${encoding}: gzip was asked for`)
  return decoder
}
