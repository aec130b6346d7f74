import { unzipSync } from 'fflate'
import fc from 'fast-check'
import { unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { type Reply, tar, zip } from 'millrace'
import { hostileText } from './hostile-text.ts'

/** The files of an archive by their names, as others unpack it. */
const archives: readonly [
  string,
  (names: readonly string[]) => Reply,
  (bytes: Uint8Array) => Promise<string[][]>,
][] = [
  [
    'zip',
    (names) => zip(names.map((name, index) => ({ name, body: String(index) }))),
    async (bytes) =>
      Object.entries(unzipSync(bytes)).map(([name, file]) => [name, Buffer.from(file).toString()]),
  ],
  [
    'tar',
    (names) => tar(names.map((name, index) => ({ name, body: String(index) }))),
    async (bytes) =>
      (await unpackTar(bytes, { strict: true })).map(({ header, data }) => [
        header.name,
        Buffer.from(data ?? []).toString(),
      ]),
  ],
]

// What fflate gives is an object, where `__proto__` is something else; and modern-tar takes a mark of the order of bytes off.
const texts = hostileText.filter((text) => !/__proto__|\ufeff/.test(text)).map((text) => text.slice(0, 2000))

/** What can be the name of a file. */
const names = texts.map((text) => {
  // oxlint-disable-next-line no-control-regex -- they are taken out
  const plain = text.replaceAll(/[\0-\x1f\x7f\\]/g, '').toWellFormed()
  const steps = plain.split('/').filter((step) => !['', '.', '..'].includes(step))
  return steps.join('/').replace(/^([a-z]):+/i, '$1') || 'x'
})

/** Those, and some whose steps lead anywhere. */
const paths = fc.oneof(
  texts,
  fc
    .array(fc.oneof(texts, fc.constantFrom('.', '..', '', 'a', 'c:')), { maxLength: 4 })
    .map((steps) => steps.join('/')),
)

const inOrder = (files: readonly string[][]): string[][] =>
  files.toSorted(([, a = ''], [, b = '']) => Number(a) - Number(b))

describe.each(archives)('the names in %s', (_, make, unpack) => {
  const read = async (given: readonly string[]) =>
    inOrder(await unpack(new Uint8Array(await make(given).arrayBuffer())))

  it('G12: every hostile name of a file is its name, for another program', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(names, { maxLength: 6 }), async (given) => {
        expect(await read(given)).toEqual(given.map((name, index) => [name, String(index)]))
      }),
      { numRuns: 300 },
    )
  })

  it('G12: every hostile name is refused, or leads to a place below the folder', async () => {
    await fc.assert(
      fc.asyncProperty(paths, async (name) => {
        const made = async () => read(['before', name])
        // oxlint-disable-next-line no-control-regex -- they are what is refused
        const isBad = /^$|^\/|^[a-z]:|[\0-\x1f\x7f\\]|(^|\/)\.{0,2}(\/|$)/i.test(name) || !name.isWellFormed()
        if (isBad) return void (await expect(made()).rejects.toThrow(/^Cannot (name an entry|archive)/))
        expect(await made()).toEqual([
          ['before', '0'],
          [name, '1'],
        ])
      }),
      { numRuns: 300 },
    )
  })
})
