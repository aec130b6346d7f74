import { mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAll } from '../../../test/support/read-all.ts'
import { partBlocks } from './part-blocks.ts'

let folder = ''
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-parts-'))
})
beforeEach(() => writeFile(at('a'), '0123456789'))
afterAll(() => rm(folder, { recursive: true }))

const layout = {
  length: 12,
  parts: [
    { lead: '<', start: 1, end: 3 },
    { lead: '|', start: 7, end: 9 },
  ],
  tail: '>',
}

describe('partBlocks', () => {
  it('gives each part after what leads to it', async () => {
    expect((await readAll(partBlocks(at('a'), layout))).map(String)).toEqual(['<', '12', '|', '78', '>'])
  })

  it('gives a large part in blocks of 64 KiB [STA-016]', async () => {
    await writeFile(at('large'), Buffer.alloc(200_000, 'x'))
    const parts = [{ lead: '', start: 10, end: 150_010 }]
    const blocks = await readAll(partBlocks(at('large'), { length: 150_000, parts, tail: '' }))
    expect(blocks.map((block) => String(block).length)).toEqual([0, 65_536, 65_536, 18_928, 0])
  })

  it('reads all parts from the file that it has opened', async () => {
    const blocks = partBlocks(at('a'), layout)
    await blocks.next()
    await writeFile(at('b'), 'abcdefghij')
    await rename(at('b'), at('a'))
    expect((await readAll(blocks)).map(String)).toEqual(['12', '|', '78', '>'])
  })

  it('G6: ends early, without a tail, when the file has become too short', async () => {
    const blocks = partBlocks(at('a'), layout)
    await blocks.next()
    await truncate(at('a'), 2)
    expect((await readAll(blocks)).map(String)).toEqual(['1'])
  })

  it('opens nothing before it is asked', async () => {
    const blocks = partBlocks(at('none'), layout)
    await expect(blocks.next()).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
