import { unzipSync } from 'fflate'
import { json, multipart, type Reply, tar, zip } from 'millrace'
import type { ReplyInit } from 'millrace/reply'
import { unpackTar } from 'modern-tar'
import { readParts } from '../support/read-parts.ts'

/** The blocks that the tests open, in their order. */
export const openedBlocks: readonly string[] = [
  'one',
  'zwei',
  'três',
  'четыре',
  '🎡'.repeat(5),
  'x'.repeat(100_000),
]

/** Whatever a document can be made of, whose values are text. */
export type Texts = Iterable<string> | AsyncIterable<string>

/** What else a document is made of. */
export interface DocumentParts {
  /** A source that comes after the other; of nothing unless told. */
  rest?: Texts
  /** Bytes of the source, for a document that has to know; those of {@link openedBlocks} unless told. */
  size?: number
  init?: ReplyInit
}

/** A kind of reply that is made of several things, one of which is a source. */
export interface DocumentKind {
  readonly name: string
  /** Puts a source in the middle of a document. */
  make(source: Texts, parts?: DocumentParts): Reply
  /** What a block of the source is in the document. */
  shown(block: string): string
  /** Stands only where a document is whole. */
  readonly endMark: string | RegExp
  /** Reads a document by a parser of others, with all that it is made of. Throws for one that is not whole. */
  read(bytes: Uint8Array, type: string): unknown
  /** What that gives where the source has these blocks, and there is no rest. */
  whole(blocks: readonly string[]): unknown
}

const same = (block: string): string => block
const toText = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString()
const opened = Buffer.byteLength(openedBlocks.join(''))

/** Every kind, with the source where it is deepest. */
export const documentKinds: readonly DocumentKind[] = [
  {
    name: 'json',
    make: (source, { rest = [], init } = {}) =>
      json({ head: { ok: true }, later: Promise.resolve(['x', { deep: source }]), rest }, init),
    shown: (block) => JSON.stringify(block),
    endMark: /\}\s*$/,
    read: (bytes): unknown =>
      JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)),
    whole: (blocks) => ({ head: { ok: true }, later: ['x', { deep: blocks }], rest: [] }),
  },
  {
    name: 'multipart',
    make: (source, { rest = [], init } = {}) =>
      multipart([{ type: 'text/plain', body: 'first' }, { body: source }, { body: rest }], init),
    shown: same,
    endMark: /--\r\n$/,
    async read(bytes, type) {
      const parts = await readParts(type, bytes)
      return parts.map(({ headers, body }) => [headers, toText(body)])
    },
    whole: (blocks) => [
      [{ 'content-type': ['text/plain'] }, 'first'],
      [{}, blocks.join('')],
      [{}, ''],
    ],
  },
  {
    name: 'zip',
    make: (source, { rest = [], init } = {}) =>
      zip(
        [
          { name: 'a', body: 'first' },
          { name: 'b/' },
          { name: 'b/c', body: source },
          { name: 'd', body: rest },
        ],
        init,
      ),
    shown: same,
    endMark: 'PK\x05\x06',
    read: (bytes) => Object.entries(unzipSync(bytes)).map(([name, file]) => [name, toText(file)]),
    whole: (blocks) => [
      ['a', 'first'],
      ['b/', ''],
      ['b/c', blocks.join('')],
      ['d', ''],
    ],
  },
  {
    name: 'tar',
    make: (source, { rest = [], size = opened, init } = {}) =>
      tar(
        [
          { name: 'a', body: 'first' },
          { name: 'b/' },
          { name: 'b/c', body: source, size },
          { name: 'd', body: rest, size: 0 },
        ],
        init,
      ),
    shown: same,
    endMark: '\0'.repeat(1024),
    async read(bytes) {
      const entries = await unpackTar(bytes, { strict: true })
      return entries.map(({ header, data }) => [header.name, toText(data)])
    },
    whole: (blocks) => [
      ['a', 'first'],
      ['b/', ''],
      ['b/c', blocks.join('')],
      ['d', ''],
    ],
  },
]
