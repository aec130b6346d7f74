// Requests of HTTP/1, as text, into what an HTTP/2 client sends for them (RFC 9113 §8.3).
import type { Field } from './decode-fields.ts'

/** What a stream is to carry; a head begins a new one. */
export type RequestPart =
  | {
      readonly kind: 'head'
      readonly method: string
      readonly fields: readonly Field[]
      readonly isEnd: boolean
    }
  | { readonly kind: 'data'; readonly data: Buffer; readonly isEnd: boolean }

const connectionFields = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host'])

/** Reads text of HTTP/1 as it comes; text stands for bytes, as latin1. */
export class TranslateRequest {
  readonly #scheme: string
  #text = ''
  #left = 0
  #isChunked = false

  constructor(scheme: 'http' | 'https') {
    this.#scheme = scheme
  }

  /** Everything that the text makes known. */
  *push(latin1: string): Generator<RequestPart> {
    this.#text += latin1
    for (let part = this.#next(); part; part = this.#next()) yield part
  }

  #next(): RequestPart | undefined {
    if (this.#isChunked) return this.#readChunk()
    return this.#left > 0 ? this.#readBody() : this.#readHead()
  }

  #readHead(): RequestPart | undefined {
    const end = this.#text.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const [line = '', ...lines] = this.#text.slice(0, end).split('\r\n')
    this.#text = this.#text.slice(end + 4)
    const [method = '', target = '', version = ''] = line.split(' ')
    if (version !== 'HTTP/1.1') throw new Error(`Cannot translate a request of ${version} into HTTP/2`)
    const fields = lines.map(toField)
    const known = new Map(fields)
    this.#left = Number(known.get('content-length') ?? 0)
    this.#isChunked = known.has('transfer-encoding')
    return {
      kind: 'head',
      method,
      isEnd: this.#left === 0 && !this.#isChunked,
      fields: [
        [':method', method],
        [':scheme', this.#scheme],
        [':authority', known.get('host') ?? 'test'],
        [':path', target],
        ...fields.filter(([name]) => !connectionFields.has(name)),
      ],
    }
  }

  #readBody(): RequestPart | undefined {
    if (this.#text === '') return undefined
    const data = Buffer.from(this.#text.slice(0, this.#left), 'latin1')
    this.#text = this.#text.slice(data.length)
    this.#left -= data.length
    return { kind: 'data', data, isEnd: this.#left === 0 }
  }

  #readChunk(): RequestPart | undefined {
    const [line = '', size = ''] = /^([\da-f]+)\r\n/.exec(this.#text) ?? []
    const length = Number.parseInt(size, 16)
    if (line === '' || this.#text.length < line.length + length + 2) return undefined
    const data = Buffer.from(this.#text.slice(line.length, line.length + length), 'latin1')
    this.#text = this.#text.slice(line.length + length + 2)
    if (length === 0) this.#isChunked = false
    return { kind: 'data', data, isEnd: length === 0 }
  }
}

function toField(line: string): Field {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
