import { describe, expect, it, vi } from 'vitest'
import { startPump } from '../../../test/support/start-pump.ts'
import { isBlockWatched, tellBlock, watchBlocks } from './watch-blocks.ts'
import { blockSent } from '../channels.ts'

describe('watchBlocks', () => {
  it('tells the blocks of one reply, and of no other', async () => {
    const told: number[][] = []
    const body = ['a', '', 'bc', ['d', 'e']]
    const [one, two] = [startPump([]), startPump(body)]
    await two.closed
    const stop = watchBlocks(one, (...counts) => void told.push(counts))
    await startPump(body).closed
    expect(told).toEqual([])
    await startPump(body, { subject: one }).closed
    expect(told).toEqual([
      [1, 1],
      [3, 2],
      [5, 3],
    ])
    stop()
    await startPump(body, { subject: one }).closed
    expect(told).toHaveLength(3)
  })

  it('tells each block of a source that fills its turns', async () => {
    const listener = vi.fn<(bytes: number, blocks: number) => void>()
    const subject = {}
    const stop = watchBlocks(subject, listener)
    const blocks = Array.from({ length: 5000 }, () => 'x')
    await startPump(blocks.values(), { subject, delivery: 'turn' }).closed
    expect(listener.mock.calls).toEqual(blocks.map((_, index) => [index + 1, index + 1]))
    stop()
  })

  it('tells everybody who watches a reply, each until he has stopped', () => {
    const reply = {}
    const told: string[] = []
    const stops = ['one', 'two'].map((name) => watchBlocks(reply, () => void told.push(name)))
    tellBlock(reply, 1, 1)
    stops[0]?.()
    stops[0]?.()
    tellBlock(reply, 2, 2)
    expect(told).toEqual(['one', 'two', 'two'])
    stops[1]?.()
    expect(isBlockWatched(reply)).toBe(false)
  })
})

describe('isBlockWatched', () => {
  it('is true for a reply that is watched, and for all where the channel has a subscriber', () => {
    const [one, two] = [{}, {}]
    const stop = watchBlocks(one, () => {})
    expect([isBlockWatched(one), isBlockWatched(two)]).toEqual([true, false])
    stop()
    expect(isBlockWatched(one)).toBe(false)
    const listener = () => {}
    blockSent.subscribe(listener)
    expect([isBlockWatched(one), isBlockWatched(two)]).toEqual([true, true])
    blockSent.unsubscribe(listener)
  })
})

describe('tellBlock', () => {
  it('tells the channel and the listener of the reply', () => {
    const reply = {}
    const told: unknown[] = []
    const listener = (message: unknown) => void told.push(message)
    const stop = watchBlocks(reply, (...counts) => void told.push(counts))
    blockSent.subscribe(listener)
    tellBlock(reply, 7, 2)
    blockSent.unsubscribe(listener)
    stop()
    expect(told).toEqual([{ reply, bytes: 7, blocks: 2 }, [7, 2]])
  })
})
