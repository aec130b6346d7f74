import type { Field } from './decode-fields.ts'

/** Encodes a header block as literals, without a table and without Huffman's code (RFC 7541 §6.2.2). */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), encodeText(name), encodeText(value)]))
}

function encodeText(latin1: string): Buffer {
  const bytes = Buffer.from(latin1, 'latin1')
  return Buffer.concat([encodeInteger(bytes.length), bytes])
}

// §5.1, with 7 bits before which a 0 stands.
function encodeInteger(value: number): Buffer {
  if (value < 127) return Buffer.of(value)
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.of(...bytes, rest)
}
