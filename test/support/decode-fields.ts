// HPACK (RFC 7541), as much of it as a client needs that allows no dynamic table.

// Appendix A: names, and those of the values that stand there.
const staticFields: readonly (readonly [string, string])[] = [
  ':authority',
  ':method GET',
  ':method POST',
  ':path /',
  ':path /index.html',
  ':scheme http',
  ':scheme https',
  ...[200, 204, 206, 304, 400, 404, 500].map((status) => `:status ${status}`),
  'accept-charset',
  'accept-encoding gzip, deflate',
  ...'accept-language accept-ranges accept access-control-allow-origin age allow authorization'.split(' '),
  ...'cache-control content-disposition content-encoding content-language content-length'.split(' '),
  ...'content-location content-range content-type cookie date etag expect expires from host'.split(' '),
  ...'if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link'.split(' '),
  ...'location max-forwards proxy-authenticate proxy-authorization range referer refresh'.split(' '),
  ...'retry-after server set-cookie strict-transport-security transfer-encoding user-agent'.split(' '),
  ...'vary via www-authenticate'.split(' '),
].map((field): readonly [string, string] => {
  const [name = '', ...value] = field.split(' ')
  return [name, value.join(' ')]
})

// Appendix B: the bits of each byte's code, in base 36. The code is canonical: of two bytes with codes of one length the
// smaller has the smaller code.
const lengths =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq'

const bytesByCode = new Map<string, number>()

let code = 0
let before = 0
const inOrder = Array.from(lengths, (digit, byte) => ({ byte, bits: Number.parseInt(digit, 36) }))
for (const { byte, bits } of inOrder.toSorted((one, other) => one.bits - other.bits)) {
  code <<= bits - before
  before = bits
  bytesByCode.set(`${bits}:${code++}`, byte)
}

/** A name and a value. */
export type Field = readonly [name: string, value: string]

/**
 * Decodes one header block; text stands for bytes, as latin1.
 * @throws Error for a block that is not whole, or that uses a dynamic table.
 */
export function decodeFields(block: Uint8Array): Field[] {
  const reader = new BlockReader(block)
  const fields: Field[] = []
  while (!reader.isAtEnd) {
    const field = reader.field()
    if (field) fields.push(field)
  }
  return fields
}

class BlockReader {
  readonly #block: Uint8Array
  #at = 0

  constructor(block: Uint8Array) {
    this.#block = block
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#block.length
  }

  // §6: the first bits tell what follows. Whether a literal is to be indexed matters to nobody who keeps no table.
  field(): Field | undefined {
    const first = this.#block[this.#at] ?? 0
    if (first >= 0x80) return toStatic(this.#integer(7))
    if (first >= 0x20 && first < 0x40) return void this.#checkSize(this.#integer(5))
    const index = this.#integer(first >= 0x40 ? 6 : 4)
    const name = index === 0 ? this.#string() : toStatic(index)[0]
    return [name, this.#string()]
  }

  #checkSize(size: number): void {
    if (size !== 0) throw new Error(`The table has ${size} bytes, and none were allowed`)
  }

  // §5.1
  #integer(bits: number): number {
    const most = (1 << bits) - 1
    const prefix = this.#byte() & most
    if (prefix < most) return prefix
    let value = most
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }

  // §5.2
  #string(): string {
    const isCoded = (this.#block[this.#at] ?? 0) >= 0x80
    const length = this.#integer(7)
    const bytes = this.#block.subarray(this.#at, this.#at + length)
    if (bytes.length !== length) throw new Error('The header block ends in a text')
    this.#at += length
    return isCoded ? decodeHuffman(bytes) : Buffer.from(bytes).toString('latin1')
  }

  #byte(): number {
    const byte = this.#block[this.#at++]
    if (byte === undefined) throw new Error('The header block ends in a number')
    return byte
  }
}

function toStatic(index: number): Field {
  const field = staticFields[index - 1]
  if (!field) throw new Error(`There is no field ${index} in the static table`)
  return field
}

function decodeHuffman(bytes: Uint8Array): string {
  const decoded: number[] = []
  let read = 0
  let bits = 0
  for (const byte of bytes) {
    for (let mask = 0x80; mask > 0; mask >>= 1) {
      read = (read << 1) | (byte & mask ? 1 : 0)
      const found = bytesByCode.get(`${++bits}:${read}`)
      if (found === undefined) continue
      decoded.push(found)
      read = bits = 0
    }
  }
  // What is left is padding: fewer than 8 bits, all 1.
  if (bits > 7 || read !== (1 << bits) - 1) throw new Error('A coded text ends in the middle of a code')
  return Buffer.from(decoded).toString('latin1')
}
