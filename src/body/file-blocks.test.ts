import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAll } from '../../test/support/read-all.ts'
import { fileBlocks, type FileBlocksOptions } from './file-blocks.ts'

let folder = ''
let path = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-file-'))
  path = join(folder, 'ten.txt')
  await writeFile(path, '0123456789')
})

afterAll(() => rm(folder, { recursive: true }))

async function read(options?: FileBlocksOptions): Promise<string[]> {
  return (await readAll(fileBlocks(path, options))).map(String)
}

describe('fileBlocks', () => {
  it.each([
    ['the whole file', {}, ['0123456789']],
    ['blocks of a size', { blockSize: 4 }, ['0123', '4567', '89']],
    ['blocks that fit', { blockSize: 5 }, ['01234', '56789']],
    ['from a byte on', { start: 8 }, ['89']],
    ['up to a byte', { end: 2 }, ['01']],
    ['a part', { start: 3, end: 6, blockSize: 2 }, ['34', '5']],
    ['an end after the file', { start: 9, end: 100 }, ['9']],
    ['a start after the file', { start: 10 }, []],
    ['nothing', { start: 4, end: 4 }, []],
  ])('gives %s', async (_, options, blocks) => {
    expect(await read(options)).toEqual(blocks)
  })

  it('gives blocks of 64 KiB unless told', async () => {
    const large = join(folder, 'large')
    await writeFile(large, Buffer.alloc(65_537, 'x'))
    const blocks = await readAll(fileBlocks(large))
    expect(blocks.map((block) => String(block).length)).toEqual([65_536, 1])
  })

  it('takes a URL', async () => {
    expect(String(await readAll(fileBlocks(pathToFileURL(path))))).toBe('0123456789')
  })

  it('gives memory of its own for each block', async () => {
    const [first, second] = await readAll(fileBlocks(path, { blockSize: 5 }))
    expect([String(first), String(second)]).toEqual(['01234', '56789'])
  })

  it('fails with the error of node:fs', async () => {
    await expect(fileBlocks(join(folder, 'none')).next()).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(fileBlocks(folder).next()).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
