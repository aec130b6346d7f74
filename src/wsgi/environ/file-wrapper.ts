import { stat } from 'node:fs/promises'
import { type Bytes, describeValue, isBytes, toUint8Array } from '../../body/block.ts'
import { fileBlocks, type FileBlocksOptions } from '../../body/file-blocks.ts'
import { WsgiError } from '../wsgi-error.ts'

/** What a file wrapper can wrap: the path of a file, an open handle of `node:fs/promises`, or whatever can be read. */
export type WrappedFile = string | URL | OpenHandle | ReadableObject

/** The part of a `FileHandle` that is needed; it is read from its current position. */
export interface OpenHandle {
  readonly fd: number
  read(buffer: Uint8Array, offset: number, length: number, position: null): PromiseLike<{ bytesRead: number }>
  close?(): unknown
}

/** Gives at most so many bytes, none at its end. */
export interface ReadableObject {
  readonly fd?: undefined
  read(size: number): Bytes | PromiseLike<Bytes>
  close?(): unknown
}

/** A file as the body of a response (`wsgi.file_wrapper`). Nothing is opened or read before its first block is asked for. */
export class FileWrapper implements AsyncIterable<Uint8Array> {
  /** Closes the wrapped file; absent where there is nothing to close. */
  readonly close?: () => unknown
  readonly #file: WrappedFile
  readonly #blockSize: number
  #limit = Infinity

  /** @throws WsgiError W10 for what cannot be read; RangeError for a block without bytes. */
  constructor(wrapped: WrappedFile, blockSize = 65_536) {
    if (!isPath(wrapped) && typeof wrapped?.read !== 'function') {
      throw new WsgiError(
        'W10',
        'Cannot wrap a file: give a path, an open handle, or an object with read(size)',
      )
    }
    if (!(Number.isInteger(blockSize) && blockSize > 0)) {
      throw new RangeError(`Cannot read a file in blocks of ${blockSize} bytes: give 1 or more`)
    }
    this.#file = wrapped
    this.#blockSize = blockSize
    if (!isPath(wrapped) && wrapped.close) this.close = () => wrapped.close?.()
  }

  /**
   * Says how much is to be sent: Content-Length, and no more than the size of a file that is given by its path.
   * @returns the Content-Length; undefined where only the end of the file will tell.
   */
  async limitTo(announced: number | undefined): Promise<number | undefined> {
    const size = isPath(this.#file) ? (await stat(this.#file)).size : Infinity
    this.#limit = Math.min(announced ?? Infinity, size)
    return this.#limit === Infinity ? undefined : this.#limit
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    if (isPath(this.#file)) return readPath(this.#file, { blockSize: this.#blockSize, end: this.#limit })
    const wrapped = this.#file
    const read = isHandle(wrapped)
      ? (size: number) => readHandle(wrapped, size)
      : async (size: number) => wrapped.read(size)
    return this.#readAll(read)
  }

  async *#readAll(read: (size: number) => PromiseLike<unknown>): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = this.#limit; left > 0;) {
      const bytes = await read(Math.min(this.#blockSize, left))
      if (!isBytes(bytes)) throw notBytes(bytes)
      if (bytes.byteLength === 0) return
      left -= bytes.byteLength
      yield toUint8Array(bytes)
    }
  }
}

async function* readPath(
  path: string | URL,
  options: FileBlocksOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const block of fileBlocks(path, options)) if (isBytes(block)) yield toUint8Array(block)
}

async function readHandle(handle: OpenHandle, size: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(size)
  const { bytesRead } = await handle.read(buffer, 0, size, null)
  return buffer.subarray(0, bytesRead)
}

function isPath(wrapped: WrappedFile): wrapped is string | URL {
  return typeof wrapped === 'string' || wrapped instanceof URL
}

function isHandle(wrapped: OpenHandle | ReadableObject): wrapped is OpenHandle {
  return 'fd' in wrapped && typeof wrapped.fd === 'number'
}

function notBytes(value: unknown): WsgiError {
  return new WsgiError('W11', `Cannot send a file whose read() gives ${describeValue(value)}: give bytes`)
}
