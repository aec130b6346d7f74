import { describe, expect, it, vi } from 'vitest'
import { toBlocks } from '../../body/blocks.ts'
import type { BlockReader, ReaderSource } from '../../body/source.ts'
import { EncodedBlocks } from './encoded-blocks.ts'

class Words implements ReaderSource {
  readonly close = vi.fn<() => Promise<void>>(async () => {})
  readonly openReader: () => BlockReader

  constructor(...words: string[]) {
    this.openReader = () => words[Symbol.iterator]()
  }
}

function open(isOffered = () => true) {
  const encoded = new Words('encoded')
  const plain = new Words('plain')
  const heartbeat = { every: 1, block: 'beat' }
  const blocks = new EncodedBlocks({
    encoded,
    plain,
    isOffered,
    begin: () => ({ encoding: 'gzip', level: 6 }),
    heartbeat,
    onError: () => 'failed',
  })
  return { blocks, encoded, plain, heartbeat }
}

describe('EncodedBlocks', () => {
  it('gives its blocks encoded, to whoever knows nothing of it', async () => {
    const { blocks, encoded, plain } = open()
    expect(toBlocks(blocks)).toBe(blocks)
    expect(blocks.length).toBeUndefined()
    expect(await blocks.next()).toEqual({ done: false, value: 'encoded' })
    expect(await blocks.close()).toEqual([])
    expect(encoded.close).toHaveBeenCalledOnce()
    expect(plain.close).not.toHaveBeenCalled()
  })

  it('gives them plain once it is handed over, with what the sender has to know', async () => {
    const { blocks, encoded, plain, heartbeat } = open()
    const body = blocks.handOver()
    expect(body?.begin({ content: 'text', bytes: 1 })).toEqual({ encoding: 'gzip', level: 6 })
    expect([body?.heartbeat, body?.onError?.(new Error('no'))]).toEqual([heartbeat, 'failed'])
    expect(await blocks.next()).toEqual({ done: false, value: 'plain' })
    expect(await blocks.close()).toEqual([])
    expect(plain.close).toHaveBeenCalledOnce()
    expect(encoded.close).not.toHaveBeenCalled()
  })

  it('stays encoded where it is not offered', async () => {
    const { blocks } = open(() => false)
    expect(blocks.handOver()).toBeUndefined()
    expect(await blocks.next()).toEqual({ done: false, value: 'encoded' })
  })
})
