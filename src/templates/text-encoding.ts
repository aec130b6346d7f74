/** What becomes of a character that an encoding does not have. */
export type EncodingErrors = 'strict' | 'replace' | 'ignore' | 'xmlcharrefreplace'

const highest: Readonly<Record<string, number>> = { latin1: 0xff, binary: 0xff, ascii: 0x7f }

const substitutes = {
  replace: () => '?',
  ignore: () => '',
  xmlcharrefreplace: (code: number) => `&#${code};`,
} as const

interface EncoderInit {
  encoding: string
  errors: EncodingErrors
}

/** Turns pieces of text into bytes; a character that is cut between two pieces is put together. */
export class TextEncoding {
  readonly #encoding: BufferEncoding
  readonly #errors: EncodingErrors
  #half = ''

  /** @throws RangeError for an encoding that Node does not have. */
  constructor({ encoding, errors }: EncoderInit) {
    this.#encoding = toEncoding(encoding)
    this.#errors = errors
  }

  /** @throws RangeError for a character that the encoding does not have, when `errors` is `strict`. */
  encode(piece: string): Uint8Array {
    const text = this.#half + piece
    const isCut = /[\uD800-\uDBFF]$/.test(text)
    this.#half = isCut ? text.slice(-1) : ''
    return this.#toBytes(isCut ? text.slice(0, -1) : text)
  }

  /** What is left at the end: half a character, or nothing. */
  end(): Uint8Array {
    const rest = this.#half
    this.#half = ''
    return this.#toBytes(rest)
  }

  #toBytes(text: string): Uint8Array {
    const limit = highest[this.#encoding]
    const safe = limit === undefined ? text : Array.from(text, (one) => this.#fit(one, limit)).join('')
    return Buffer.from(safe, this.#encoding)
  }

  #fit(character: string, limit: number): string {
    const code = character.codePointAt(0) ?? 0
    if (code <= limit) return character
    if (this.#errors !== 'strict') return substitutes[this.#errors](code)
    const hex = code.toString(16).toUpperCase().padStart(4, '0')
    throw new RangeError(
      `Cannot encode ${character} (U+${hex}) as ${this.#encoding}: give \`errors\`, or an encoding that has it`,
    )
  }
}

function toEncoding(name: string): BufferEncoding {
  const plain = name.toLowerCase()
  const known = plain === 'iso-8859-1' ? 'latin1' : plain.replace(/^us-ascii$/, 'ascii')
  if (Buffer.isEncoding(known)) return known
  throw new RangeError(
    `Cannot encode as ${name}: give an encoding of Node's, as utf-8, utf16le, latin1 or ascii`,
  )
}
