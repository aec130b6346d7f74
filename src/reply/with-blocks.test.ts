import { describe, expect, it, vi } from 'vitest'
import { toBlocks } from '../body/blocks.ts'
import { reply, stream } from './reply.ts'
import { blocksOf, isStreaming, withBlocks, withoutBody } from './with-blocks.ts'

describe('withBlocks', () => {
  it('forwards what it does not change', () => {
    const options = {
      commit: 'now',
      delivery: 'turn',
      trailers: () => ({}),
      onError: () => undefined,
      onClose: () => undefined,
      heartbeat: { every: 1, block: ' ' },
      maxBytes: 0,
    } as const
    const made = stream(['a'], { status: 201, statusText: 'Made', headers: { a: 'b' }, ...options })
    const copy = withBlocks(made, toBlocks(['x']))
    expect([copy.status, copy.statusText, copy.streaming]).toEqual([201, 'Made', true])
    expect(copy.options).toEqual(options)
    expect(Object.fromEntries(copy.headers)).toEqual({ a: 'b' })
    copy.headers.set('a', 'c')
    expect(made.headers.get('a')).toBe('b')
    expect(withBlocks(reply(['a']), toBlocks(['x'])).streaming).toBe(false)
  })

  it('G5: closes both bodies, the new one first [DJG-012]', async () => {
    const closed: string[] = []
    const made = stream(['a'])
    made.blocks.onClose(() => closed.push('old'))
    const copy = withBlocks(
      made,
      toBlocks({
        ...['x'].values(),
        next: () => ({ done: true }),
        close: () => closed.push('new'),
        [Symbol.iterator]() {
          return this
        },
      }),
    )
    expect(await copy.blocks.close()).toEqual([])
    expect(await copy.blocks.close()).toEqual([])
    expect(closed).toEqual(['new', 'old'])
  })

  it('G5: closes both for the same reason, read or not', async () => {
    const reason = new Error('gone')
    for (const isRead of [false, true]) {
      const made = stream(['a'])
      const { signal } = made.blocks
      const copy = withBlocks(made, toBlocks(['x']))
      if (isRead) await copy.blocks.next()
      await copy.blocks.close(reason)
      expect(signal.reason).toBe(reason)
    }
  })

  it('G5: tells what the closing of the old body has thrown', async () => {
    const error = new Error('no')
    const made = stream(['a'])
    made.blocks.onClose(() => {
      throw error
    })
    expect(await withBlocks(made, toBlocks(['x'])).blocks.close()).toEqual([error])
  })

  it('leaves text that nobody reads, which may be sent again; not what hangs on it', async () => {
    const [plain, read, closed] = [reply('a'), stream('a'), [] as string[]]
    for (const made of [plain, read]) {
      const copy = withBlocks(made, toBlocks(['x']))
      if (made === read) made.blocks.next()
      await copy.blocks.close()
    }
    expect([plain.blocks.literal, read.blocks.isClosed]).toEqual(['a', true])
    plain.blocks.onClose(() => closed.push('a'))
    await withBlocks(plain, toBlocks(['x'])).blocks.close()
    expect(closed).toEqual(['a'])
  })

  it('takes a web Response', async () => {
    const cancel = vi.fn<() => void>()
    const copy = withBlocks(new Response(new ReadableStream({ cancel }), { status: 202 }), toBlocks(['x']))
    expect([copy.status, copy.streaming, await copy.text()]).toEqual([202, true, 'x'])
    await copy.blocks.close()
    expect(cancel).toHaveBeenCalledOnce()
  })
})

describe('withoutBody', () => {
  it('sends nothing and closes what it replaces', async () => {
    const made = stream(['a'])
    const copy = withoutBody(made, 412, new Headers({ a: 'b' }))
    expect([copy.status, copy.headers.get('a'), await copy.text()]).toEqual([412, 'b', ''])
    await copy.blocks.close()
    expect(made.blocks.isClosed).toBe(true)
  })
})

describe('blocksOf and isStreaming', () => {
  it('know a reply, and take any other response with a body for a stream', () => {
    const made = reply('a')
    expect(blocksOf(made)).toBe(made.blocks)
    const response = new Response('a')
    expect(blocksOf(response)).toBe(blocksOf(response))
    expect([made, stream(['a']), new Response('a'), new Response(null)].map(isStreaming)).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})
