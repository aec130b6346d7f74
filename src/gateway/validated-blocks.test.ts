import { expect, it, vi } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import { toBlocks } from '../body/blocks.ts'
import { runInContext } from '../context/current-context.ts'
import { ValidatedBlocks } from './validated-blocks.ts'

const context = createContext()

function wrap(body: unknown, length?: number) {
  const inner = toBlocks(body, length)
  const blocks = new ValidatedBlocks(inner, {
    context,
    isWanted: () => true,
    isByTurn: false,
    isStreamed: true,
    isOutermost: true,
    announced: () => undefined,
    checkHead: () => {},
    checkForwarded: () => {},
  })
  return { inner, blocks }
}

it('ValidatedBlocks forwards what it does not check', async () => {
  const { inner, blocks } = wrap('text')
  expect([blocks.length, blocks.literal, blocks.started, blocks.isClosed]).toEqual([4, 'text', false, false])
  const run = vi.spyOn(inner, 'run')
  const task = () => 'done'
  expect([blocks.run(task), run.mock.calls]).toEqual(['done', [[task]]])
  expect(blocks.signal).toBe(inner.signal)
  const leavesAfter = vi.spyOn(inner, 'leavesAfter')
  const work = Promise.resolve()
  blocks.leavesAfter(work)
  expect(leavesAfter.mock.calls).toEqual([[work]])
  const closed: string[] = []
  expect([blocks.source, blocks.hasClosers]).toEqual(['text', false])
  blocks.onClose(() => closed.push('closed'))
  expect(blocks.hasClosers).toBe(true)
  runInContext(context, () => blocks.next())
  expect([blocks.started, inner.started]).toEqual([true, true])
  blocks.finish()
  await blocks.close()
  expect([blocks.isClosed, inner.isClosed, closed]).toEqual([true, true, ['closed']])
  expect(wrap(['one']).blocks.length).toBeUndefined()
})

it('ValidatedBlocks holds a body against the length that it was given', () => {
  const { blocks } = wrap(['one', 'two'], 5)
  runInContext(context, () => {
    blocks.next()
    expect(() => blocks.next()).toThrow('G6: Cannot send 6 bytes: the length is 5')
  })
})
