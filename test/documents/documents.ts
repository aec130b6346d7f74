import { json, multipart, type Reply, tar, zip } from 'millrace'
import type { ReplyInit } from 'millrace/reply'

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
}

const same = (block: string): string => block
const opened = Buffer.byteLength(openedBlocks.join(''))

/** Every kind, with the source where it is deepest. */
export const documentKinds: readonly DocumentKind[] = [
  {
    name: 'json',
    make: (source, { rest = [], init } = {}) =>
      json({ head: { ok: true }, later: Promise.resolve(['x', { deep: source }]), rest }, init),
    shown: (block) => JSON.stringify(block),
    endMark: /\}\s*$/,
  },
  {
    name: 'multipart',
    make: (source, { rest = [], init } = {}) =>
      multipart([{ type: 'text/plain', body: 'first' }, { body: source }, { body: rest }], init),
    shown: same,
    endMark: /--\r\n$/,
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
  },
]
