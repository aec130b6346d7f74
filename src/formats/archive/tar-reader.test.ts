import { describe, expect, it } from 'vitest'
import { flush } from '../../body/block.ts'
import { type Blocks, toBlocks } from '../../body/blocks.ts'
import { ShuttingDown } from '../../delivery/errors.ts'
import { stream } from '../../reply/reply.ts'
import { type ArchiveEntry, checkEntry, type CheckedEntry } from './entries/archive-entry.ts'
import { NestedBodies } from './nested-bodies.ts'
import { TarReader } from './tar-reader.ts'

function open(entries: unknown): Blocks {
  return toBlocks(
    new TarReader(
      new NestedBodies<CheckedEntry>(entries, (entry: Partial<ArchiveEntry>, number, blocks) =>
        checkEntry(entry, number, blocks),
      ),
    ),
  )
}

describe('TarReader', () => {
  it('G1, G11: gives a block for each block of an entry, and asks for one when it is asked', async () => {
    let asked = 0
    const body = function* () {
      for (const block of ['ab', flush, 'c']) {
        asked++
        yield block
      }
    }
    const blocks = open([{ name: 'a', size: 3, body }])
    const values: unknown[] = []
    for (let step = await blocks.next(); !step.done; step = await blocks.next())
      values.push(step.value, asked)
    expect(values).toEqual([
      [expect.any(Uint8Array)],
      0,
      [Buffer.from('ab')],
      1,
      flush,
      2,
      [Buffer.from('c')],
      3,
      [new Uint8Array(509)],
      3,
      new Uint8Array(1024),
      3,
    ])
  })

  it('G5: tells the replies in it why it was closed, begun or not', async () => {
    const outcomes: string[] = []
    const entry = () => ({
      name: 'a',
      size: 2,
      body: stream(['a', 'b'], { onClose: ({ kind }) => void outcomes.push(kind) }),
    })
    const [begun, unread] = [open([entry()]), open([entry()])]
    await begun.next()
    for (const blocks of [begun, unread]) expect(await blocks.close(new ShuttingDown())).toEqual([])
    expect(outcomes).toEqual(['shutdown', 'shutdown'])
  })

  it.each([
    [['ab', 'cd'], 'more than'],
    [['ab'], 'fewer than'],
    [['ab\ud83d'], 'more than'],
  ])('G6: fails with the entry %j of 3 bytes: %s', async (body, relation) => {
    const blocks = open([{ name: 'a', size: 3, body }])
    const readAll = async (): Promise<void> => {
      for (let step = await blocks.next(); !step.done; step = await blocks.next());
    }
    await expect(readAll()).rejects.toThrow(`Cannot archive a: it has ${relation} the 3 bytes`)
  })
})
