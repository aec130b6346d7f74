import { open } from 'node:fs/promises'
import { type EncodingErrors, TextEncoding } from './text-encoding.ts'

/** Something that takes what is written to it: a Node `Writable`, a file handle, a writer of a web stream. */
export interface DumpTarget {
  /** Awaited when it returns a promise; `false` of an event emitter is followed by the event `drain`. */
  write(piece: string | Uint8Array): unknown
}

export interface DumpOptions {
  /** Of the bytes: `utf-8` by default for a file. A target gets text where none is given. */
  encoding?: string
  /** What becomes of a character that the encoding does not have; an error by default. */
  errors?: EncodingErrors
}

/**
 * Writes pieces to a file, which is made or emptied, and closed in any case; or to a target, which stays open.
 * @throws RangeError for a character that the encoding does not have; the error of node:fs or of the target.
 */
export async function dumpPieces(
  pieces: AsyncIterable<string>,
  to: string | URL | DumpTarget,
  options: DumpOptions = {},
): Promise<void> {
  if (typeof to !== 'string' && !(to instanceof URL)) return writePieces(pieces, to, options)
  const handle = await open(to, 'w')
  try {
    await writePieces(
      pieces,
      { write: (bytes) => handle.writeFile(bytes) },
      { encoding: 'utf-8', ...options },
    )
  } finally {
    await handle.close()
  }
}

async function writePieces(
  pieces: AsyncIterable<string>,
  to: DumpTarget,
  { encoding, errors = 'strict' }: DumpOptions,
): Promise<void> {
  const encoder = encoding === undefined ? undefined : new TextEncoding({ encoding, errors })
  for await (const piece of pieces) {
    if (piece !== '') await writeOne(to, encoder ? encoder.encode(piece) : piece)
  }
  const rest = encoder?.end()
  if (rest && rest.byteLength > 0) await writeOne(to, rest)
}

async function writeOne(to: DumpTarget, piece: string | Uint8Array): Promise<void> {
  const written = await to.write(piece)
  if (written === false && isEmitter(to)) await whenDrained(to)
}

interface Emitter {
  once(event: string, listener: (error?: unknown) => void): unknown
  off(event: string, listener: (error?: unknown) => void): unknown
}

function isEmitter(target: object): target is Emitter {
  return 'once' in target && 'off' in target && typeof target.once === 'function'
}

function whenDrained(to: Emitter): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const drained = () => resolve()
  const gone = () =>
    reject(new Error('Cannot write to the target: it was closed before it had taken everything'))
  to.once('drain', drained)
  to.once('error', reject)
  to.once('close', gone)
  return promise.finally(() => {
    to.off('drain', drained)
    to.off('error', reject)
    to.off('close', gone)
  })
}
