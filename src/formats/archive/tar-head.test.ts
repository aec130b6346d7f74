import { unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { tarHead, toBlockSize } from './tar-head.ts'

const mtime = new Date('2026-11-21T10:00:00Z')

async function readHead(name: string, size = 0) {
  const pieces = await tarHead({ name, size, mtime, mode: 0o644, type: 'file' })
  const head = Buffer.concat(pieces)
  expect(head.byteLength % 512).toBe(0)
  const [entry] = await unpackTar(Buffer.concat([head, Buffer.alloc(toBlockSize(size) + 1024)]), {
    strict: true,
  })
  return { head, entry: entry?.header }
}

describe('tarHead', () => {
  it('is one block for a short name', async () => {
    const { head, entry } = await readHead('a/b.txt', 700)
    expect(head.byteLength).toBe(512)
    expect(entry).toMatchObject({ name: 'a/b.txt', size: 700, mtime, mode: 0o644 })
  })

  it.each(['x'.repeat(300), 'ä'.repeat(60), `${'a/'.repeat(200)}end`, 'y'.repeat(5000), 'z'.repeat(492)])(
    'holds the long name %#',
    async (name) => {
      expect((await readHead(name)).entry?.name).toBe(name)
    },
  )

  it('holds a size of more than 8 GiB', async () => {
    const pieces = await tarHead({ name: 'a', size: 9_000_000_000, mtime })
    expect(Buffer.concat(pieces).toString('latin1')).toContain('size=9000000000\n')
  })
})

it('toBlockSize rounds up to whole blocks', () => {
  expect([0, 1, 512, 513].map(toBlockSize)).toEqual([0, 512, 512, 1024])
})
