import { Dicer } from '@fastify/busboy'
import { buffer } from 'node:stream/consumers'

/** A part as a parser of others has read it. */
export interface ReadPart {
  /** Values by name; what stands twice is there twice. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Buffer
}

/**
 * Reads a body of several parts by Dicer, the parser of busboy.
 * @throws Error for a body without its closing boundary.
 */
export async function readParts(type: string, bytes: Uint8Array): Promise<ReadPart[]> {
  const [, boundary] = /;\s*boundary=([^\s;"]{1,70})$/.exec(type) ?? []
  if (boundary === undefined) throw new Error(`No boundary in ${type}`)
  const dicer = new Dicer({ boundary })
  const parts: Promise<ReadPart>[] = []
  dicer.on('part', (part) => {
    const head = Promise.withResolvers<object>()
    part.on('header', head.resolve)
    // A part that is cut says so itself, and the whole body does.
    part.on('error', head.reject)
    const read = Promise.all([head.promise, buffer(part)])
    const made = read.then(([found, body]) => ({ headers: toHeaders(found), body }))
    made.catch(() => {})
    parts.push(made)
  })
  const finished = new Promise<void>((resolve, reject) => dicer.on('finish', resolve).on('error', reject))
  dicer.end(bytes)
  await finished
  return Promise.all(parts)
}

// It gives the bytes of a head as latin1.
function toHeaders(found: object): Record<string, string[]> {
  const pairs: [string, string[]][] = Object.entries(found)
  return Object.fromEntries(
    pairs.map(([name, values]) => [name, values.map((value) => Buffer.from(value, 'latin1').toString())]),
  )
}
