import { FramingFault, quote } from './framing-fault.ts'

const name = "[\\w!#$%&'*+.^`|~-]+"
const quoted = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"'
const extension = `[ \\t]*;[ \\t]*${name}(?:[ \\t]*=[ \\t]*(?:${name}|${quoted}))?`
const chunkLine = new RegExp(`^([\\da-f]+)((?:${extension})*)$`, 'i')
// The usual one, without extensions.
const plainSize = /^[\da-f]{1,13}$/i

/** Reads the line before a chunk: the number of its bytes. Extensions are checked and passed over (RFC 9112 §7.1.1). */
export function parseChunkSize(line: string): number {
  const digits = plainSize.test(line) ? line : chunkLine.exec(line)?.[1]
  const bytes = Number.parseInt(digits ?? '', 16)
  if (!Number.isSafeInteger(bytes))
    throw new FramingFault(`A chunk begins with ${quote(line)}, which is no size of a chunk`)
  return bytes
}
