import { describe, expect, it, vi } from 'vitest'
import { readAll } from '../../test/support/read-all.ts'
import { flush } from './block.ts'
import { type Out, type PushFunction, toPushedBlocks } from './pushed-blocks.ts'

const MIB = 1_048_576
const never = new Promise<void>(() => {})

describe('toPushedBlocks', () => {
  it('starts the function when the first block is asked for', async () => {
    const write = vi.fn<PushFunction>(async (out) => out.write('a'))
    const source = toPushedBlocks(write)
    expect(write).not.toHaveBeenCalled()
    expect(await source.next()).toEqual({ done: false, value: 'a' })
    expect(await source.next()).toEqual({ done: true, value: undefined })
    expect(write).toHaveBeenCalledOnce()
  })

  it('gives blocks in order, flush among them, and keeps empty ones', async () => {
    const source = toPushedBlocks(async (out) => {
      await out.write('a')
      await out.flush()
      await out.write('')
      await out.write(['b', Buffer.from('c')])
    })
    expect(await readAll(source)).toEqual(['a', flush, '', ['b', Buffer.from('c')]])
  })

  it('G1: resolves a write when the next block is asked for, and not before', async () => {
    const calls: string[] = []
    const source = toPushedBlocks(async (out) => {
      await out.write('a')
      calls.push('resumed')
      await out.write('b')
    })
    await source.next()
    await Promise.resolve()
    expect(calls).toEqual([])
    await source.next()
    expect(calls).toEqual(['resumed'])
  })

  it('takes a function that answers without a promise', async () => {
    const source = toPushedBlocks((out) => {
      void out.write('a')
      void out.write('b')
    })
    expect(await readAll(source)).toEqual(['a', 'b'])
  })

  it('fails as its function fails, after the blocks that were written', async () => {
    const source = toPushedBlocks((out) => {
      void out.write('a')
      throw new Error('no more rows')
    })
    expect(await source.next()).toEqual({ done: false, value: 'a' })
    await expect(source.next()).rejects.toThrow('no more rows')
  })
})

describe('write', () => {
  it('refuses what is not a block, at the write', async () => {
    const source = toPushedBlocks(async (out) => {
      await Reflect.apply(out.write, out, [{ a: 1 }])
    })
    await expect(source.next()).rejects.toThrow(/^Cannot send a block that is an object/)
  })

  it('rejects after the body has ended [ASG-004]', async () => {
    const { out, source } = await openOut((given) => given.write('a'))
    await source.next()
    await expect(out.write('b')).rejects.toThrow(/^Cannot write a block: the body is closed/)
  })

  it('G2: holds up to 1 MiB of writes that are not awaited', async () => {
    const blocks = Array.from({ length: 4 }, () => Buffer.alloc(MIB / 4))
    const source = toPushedBlocks((out) => void blocks.map((block) => out.write(block)))
    expect(await readAll(source)).toEqual(blocks)
  })

  it('G2: fails the body at one byte more, after what was held', async () => {
    const source = toPushedBlocks(async (out) => {
      void out.write('taken at once')
      void out.write(Buffer.alloc(MIB - 1))
      void out.write('b')
      void out.write('c')
    })
    await source.next()
    expect(await source.next()).toEqual({ done: false, value: Buffer.alloc(MIB - 1) })
    expect(await source.next()).toEqual({ done: false, value: 'b' })
    await expect(source.next()).rejects.toThrow(/^Cannot write a block: 1048576 bytes wait/)
  })

  it('takes one block of any size when nothing is held', async () => {
    const block = Buffer.alloc(3 * MIB)
    const source = toPushedBlocks((out) => out.write(block))
    expect(await source.next()).toEqual({ done: false, value: block })
  })
})

describe('return', () => {
  it('G5: aborts the signal and waits for the function to stop', async () => {
    const calls: string[] = []
    const source = toPushedBlocks(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await Promise.resolve()
      calls.push('cleaned up')
    })
    const asked = source.next()
    await source.return()
    expect(calls).toEqual(['cleaned up'])
    expect(await asked).toEqual({ done: true, value: undefined })
  })

  it('G5: rejects the write that waits, and those behind it', async () => {
    const failures: unknown[] = []
    const source = toPushedBlocks(async (out) => {
      const behind = out.write('a').then(() => out.write('b'))
      await Promise.all([behind, out.write('c')]).catch((error: unknown) => failures.push(error))
    })
    await source.next()
    await source.return()
    expect(failures).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/the body is closed/) }),
    ])
  })

  it('G5: tells of an error in the cleanup of the function, and of no other that closing has brought about', async () => {
    const fault = new Error('cannot clean up')
    const cleanups: [() => void, unknown][] = [
      [
        () => {
          throw fault
        },
        fault,
      ],
      [() => {}, undefined],
    ]
    for (const [cleanUp, expected] of cleanups) {
      const source = toPushedBlocks(async (out) => {
        await out.write('a').finally(cleanUp)
      })
      await source.next()
      expect(await source.return().catch((error: unknown) => error)).toEqual(expected ?? { done: true })
    }
    const aborted = toPushedBlocks(
      (out) =>
        new Promise((_, reject) => out.signal.addEventListener('abort', () => reject(out.signal.reason))),
    )
    void aborted.next()
    expect(await aborted.return()).toEqual({ done: true, value: undefined })
  })

  it('G5: tells of a failure once, to who asks for the next block', async () => {
    const fault = new Error('cannot write')
    const source = toPushedBlocks(() => Promise.reject(fault))
    await expect(source.next()).rejects.toBe(fault)
    expect(await source.return()).toEqual({ done: true, value: undefined })
  })

  it('never starts a function that was not started', async () => {
    const write = vi.fn<PushFunction>()
    await toPushedBlocks(write).return()
    expect(write).not.toHaveBeenCalled()
  })

  it('leaves no unhandled rejection of writes that nobody awaits', async () => {
    const source = toPushedBlocks(async (out) => {
      void out.write('a')
      void out.write('b')
      await Promise.race([never, new Promise((resolve) => out.signal.addEventListener('abort', resolve))])
      void out.write('c')
    })
    await source.next()
    expect(await source.return()).toEqual({ done: true, value: undefined })
  })
})

/** The `out` of a body, and the body after its first block. */
async function openOut(write: PushFunction) {
  const given = Promise.withResolvers<Out>()
  const source = toPushedBlocks((out) => {
    given.resolve(out)
    return write(out)
  })
  await source.next()
  return { out: await given.promise, source }
}
