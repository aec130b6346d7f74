import { describeValue } from '../../body/block.ts'
import type { InputStream } from '../application.ts'
import { WsgiError } from '../wsgi-error.ts'

/** `wsgi.input` under the validator: it checks how it is read, and refuses to be closed (W16). */
export class ValidatedInput implements InputStream {
  readonly #input: InputStream

  constructor(input: InputStream) {
    this.#input = input
  }

  read(...sizes: (number | undefined)[]): Promise<Uint8Array> {
    if (sizes.length !== 1) {
      throw new WsgiError(
        'W16',
        `Cannot read wsgi.input with ${sizes.length} arguments: give one, the number of bytes`,
      )
    }
    checkSize('read', sizes)
    return this.#input.read(...sizes)
  }

  readline(...sizes: (number | undefined)[]): Promise<Uint8Array> {
    checkSize('readline', sizes)
    return this.#input.readline(...sizes)
  }

  readlines(...hints: (number | undefined)[]): Promise<Uint8Array[]> {
    checkSize('readlines', hints)
    return this.#input.readlines(...hints)
  }

  /** @throws WsgiError W16, always. */
  close(): never {
    throw new WsgiError('W16', 'Cannot close wsgi.input: it is the server that opens and closes it')
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#input[Symbol.asyncIterator]()
  }
}

function checkSize(method: string, sizes: readonly unknown[]): void {
  const [size] = sizes
  if (sizes.length <= 1 && (size === undefined || Number.isInteger(size))) return
  const given = sizes.length > 1 ? `${sizes.length} arguments` : describeValue(size)
  throw new WsgiError(
    'W16',
    `Cannot call ${method}() of wsgi.input with ${given}: give a whole number of bytes, or nothing`,
  )
}
