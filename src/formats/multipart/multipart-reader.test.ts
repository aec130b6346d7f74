import { describe, expect, it } from 'vitest'
import { flush } from '../../body/block.ts'
import { type Blocks, toBlocks } from '../../body/blocks.ts'
import { ClientGone } from '../../delivery/errors.ts'
import { stream } from '../../reply/reply.ts'
import { NestedBodies, type NestedBody } from '../archive/nested-bodies.ts'
import { MultipartReader } from './multipart-reader.ts'
import { type HeadedPart, toHeadedPart } from './part.ts'

function open(parts: unknown, isPush = false): Blocks {
  const nested = new NestedBodies<HeadedPart>(parts, toHeadedPart)
  return toBlocks(new MultipartReader(nested, { boundary: 'B', isPush }))
}

async function takeAll(blocks: Blocks): Promise<unknown[]> {
  const values: unknown[] = []
  for (let step = await blocks.next(); !step.done; step = await blocks.next()) values.push(step.value)
  return values
}

describe('MultipartReader', () => {
  it('sends what is there as one block, with the boundary that ends it', async () => {
    const bytes = Buffer.from('y')
    expect(await takeAll(open([{ type: 'a/b', body: 'x' }, { body: bytes }, {}]))).toEqual([
      ['--B\r\nContent-Type: a/b\r\n\r\n', 'x', '\r\n--B'],
      ['\r\n\r\n', bytes, '\r\n--B'],
      ['\r\n\r\n', '', '\r\n--B'],
      '--\r\n',
    ])
  })

  it('G1: sends each block of a part as it comes, and the boundary before the next part is asked for', async () => {
    const log: string[] = []
    const parts = function* () {
      yield {
        body: (function* () {
          yield 'x'
          log.push('x was taken')
          yield 'y'
          log.push('y was taken')
        })(),
      }
      log.push('next part asked')
    }
    const blocks = open(parts)
    const values: unknown[] = []
    for (let step = await blocks.next(); !step.done; step = await blocks.next())
      values.push(step.value, ...log.splice(0))
    expect(values).toEqual([
      '--B\r\n\r\n',
      'x',
      'y',
      'x was taken',
      '\r\n--B',
      'y was taken',
      '--\r\n',
      'next part asked',
    ])
  })

  it('is no more than its end where there is no part', async () => {
    expect(await takeAll(open([]))).toEqual(['--B--\r\n'])
  })

  it('pushes the head of the next part ahead, and sends it no second time', async () => {
    const parts = [
      { type: 'a/b', body: 'x' },
      { type: 'a/b', body: ['y'] },
      { type: 'a/b', body: 'z' },
    ]
    const ahead = '\r\n--B\r\nContent-Type: a/b\r\n\r\n'
    expect(await takeAll(open(parts, true))).toEqual([
      ['--B\r\nContent-Type: a/b\r\n\r\n', 'x', ahead],
      '',
      'y',
      ahead,
      ['', 'z', ahead],
      '\r\n--B--\r\n',
    ])
  })

  it('pushes no head ahead after a part that came with another', async () => {
    const parts = [
      { type: 'a/b', body: 'x' },
      { type: 'c/d', body: 'y' },
      { type: 'c/d', body: 'z' },
    ]
    expect(await takeAll(open(parts, true))).toEqual([
      ['--B\r\nContent-Type: a/b\r\n\r\n', 'x', '\r\n--B\r\nContent-Type: a/b\r\n\r\n'],
      ['\r\n--B\r\nContent-Type: c/d\r\n\r\n', 'y', '\r\n--B'],
      ['\r\nContent-Type: c/d\r\n\r\n', 'z', '\r\n--B'],
      '--\r\n',
    ])
    expect(await takeAll(open([], true))).toEqual(['--B--\r\n'])
  })

  const sized = (bytes: number, body: NestedBody) => ({ headers: { 'content-length': String(bytes) }, body })
  const head = (bytes: number): string => `--B\r\nContent-Length: ${bytes}\r\n\r\n`

  it('G6: sends the Content-Length of a part that is that long', async () => {
    expect(await takeAll(open([sized(3, 'äb'), sized(4, ['\ud83d', '\ude00']), sized(0, null)]))).toEqual([
      [head(3), 'äb', '\r\n--B'],
      head(4).slice(3),
      '\ud83d',
      '\ude00',
      '\r\n--B',
      [head(0).slice(3), '', '\r\n--B'],
      '--\r\n',
    ])
  })

  it.each<[NestedBody, number, unknown[]]>([
    ['abc', 2, []],
    ['abc', 4, []],
    [['ab', 'c'], 2, [head(2), 'ab']],
    [['ab', 'c'], 4, [head(4), 'ab', 'c']],
    [[], 1, [head(1)]],
    [stream(['ab', 'c'], { headers: { 'content-length': '2' } }), 2, [head(2), 'ab']],
  ])(
    'G6: fails with the part %j of %i bytes: what goes beyond them is not sent',
    async (body, bytes, sent) => {
      const blocks = open([sized(bytes, body)])
      const values: unknown[] = []
      const readOn = async (): Promise<void> => {
        for (let step = await blocks.next(); !step.done; step = await blocks.next()) values.push(step.value)
      }
      await expect(readOn()).rejects.toMatchObject({
        code: 'G6',
        message: expect.stringMatching(
          /^G6: Cannot send part 1: it has (more|fewer) than the \d bytes of its Content-Length/,
        ),
      })
      expect(values).toEqual(sent)
    },
  )

  it('G6: pushes no Content-Length, as nobody knows that of the next part', async () => {
    expect(await takeAll(open([sized(3, 'abc'), sized(2, ['de']), sized(9, 'f')], true))).toEqual([
      ['--B\r\n\r\n', 'abc', '\r\n--B\r\n\r\n'],
      '',
      'de',
      '\r\n--B\r\n\r\n',
      ['', 'f', '\r\n--B\r\n\r\n'],
      '\r\n--B--\r\n',
    ])
  })

  it('G5: tells the replies that it was closed before its end, and why', async () => {
    const outcomes: unknown[] = []
    const onClose = ({ kind }: { kind: string }): void => void outcomes.push(kind)
    const made = () => open([stream(['a'], { onClose }), stream(['b'], { onClose })])
    const [begun, unread] = [made(), made()]
    await begun.next()
    for (const blocks of [begun, unread]) expect(await blocks.close(new ClientGone())).toEqual([])
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => 'client-gone'))
  })

  it('passes flush on', async () => {
    expect(await takeAll(open([flush, { body: [flush] }].values()))).toEqual([
      flush,
      '--B\r\n\r\n',
      flush,
      '\r\n--B',
      '--\r\n',
    ])
  })

  it('answers a sync source without a promise, until something has to be closed', () => {
    const blocks = open([{ body: 'x' }, { body: ['y'] }])
    for (const value of [['--B\r\n\r\n', 'x', '\r\n--B'], '\r\n\r\n', 'y', '\r\n--B']) {
      expect(blocks.next()).toEqual({ done: false, value })
    }
  })
})
