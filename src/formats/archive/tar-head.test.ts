import { unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { tarHead, toBlockSize } from './tar-head.ts'

const mtime = new Date('2026-11-21T10:00:00Z')

async function readHead(name: string, { size = 0, date = mtime } = {}) {
  const pieces = await tarHead({ name, size, mtime: date, mode: 0o644, type: 'file' })
  const head = Buffer.concat(pieces)
  expect(head.byteLength % 512).toBe(0)
  const [entry] = await unpackTar(Buffer.concat([head, Buffer.alloc(toBlockSize(size) + 1024)]), {
    strict: true,
  })
  return { head, entry: entry?.header }
}

describe('tarHead', () => {
  it('is one block for a short name', async () => {
    const { head, entry } = await readHead('a/b.txt', { size: 700 })
    expect(head.byteLength).toBe(512)
    expect(entry).toMatchObject({ name: 'a/b.txt', size: 700, mtime, mode: 0o644 })
  })

  it.each(['x'.repeat(300), 'ä'.repeat(60), `${'a/'.repeat(200)}end`, 'y'.repeat(5000), 'z'.repeat(492)])(
    'holds the long name %#',
    async (name) => {
      expect((await readHead(name)).entry?.name).toBe(name)
    },
  )

  it.each([0, 999, 0o77777777777 * 1000 + 999])('is one block for %i ms after 1970', async (time) => {
    const { head, entry } = await readHead('a', { date: new Date(time) })
    expect(head.byteLength).toBe(512)
    expect(entry?.mtime).toEqual(new Date(Math.floor(time / 1000) * 1000))
  })

  it.each([
    ['1969-12-31T23:59:59.999Z', 0, -1],
    ['1960-06-01T00:00:00Z', 0, -302_486_400],
    ['-271821-04-20T00:00:00Z', 0, -8_640_000_000_000],
    ['2242-03-16T12:56:32Z', 0o77777777777, 8_589_934_592],
    ['9999-12-31T23:59:59Z', 0o77777777777, 253_402_300_799],
  ])('holds the date %s, and for who reads no pax the nearest one', async (text, nearest, seconds) => {
    const date = new Date(text)
    const { head, entry } = await readHead('a', { date })
    expect(entry?.mtime).toEqual(new Date(seconds * 1000))
    for (const at of [0, head.byteLength - 512])
      expect(head.toString('latin1', at + 136, at + 148)).toBe(`${nearest.toString(8).padStart(11, '0')}\0`)
  })

  it('holds a size of more than 8 GiB', async () => {
    const pieces = await tarHead({ name: 'a', size: 9_000_000_000, mtime })
    expect(Buffer.concat(pieces).toString('latin1')).toContain('size=9000000000\n')
  })
})

it('toBlockSize rounds up to whole blocks', () => {
  expect([0, 1, 512, 513].map(toBlockSize)).toEqual([0, 512, 512, 1024])
})
