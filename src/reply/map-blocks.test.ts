import { AsyncLocalStorage } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { PumpRun } from '../../test/support/start-pump.ts'
import { flush } from '../body/block.ts'
import { file } from './file.ts'
import { type BlockMapping, mapBlocks } from './map-blocks.ts'
import { reply, stream } from './reply.ts'
import { forRequest } from './selection/file-reply.ts'

const shout: BlockMapping = (block) => Buffer.from(block).toString().toUpperCase()

describe('mapBlocks', () => {
  it('streams what the function makes of each block [DJG-004, WKZ-005, CPY-059]', async () => {
    const mapping = vi.fn(shout)
    const made = mapBlocks(stream(['a', 'b', 'c']), mapping)
    expect(made.streaming).toBe(true)
    expect(await made.text()).toBe('ABC')
    expect(mapping.mock.calls.map(([block]) => block)).toEqual(['a', 'b', 'c'])
  })

  it('takes buffered replies, literals and web responses [DJG-063]', async () => {
    expect(mapBlocks(reply('a'), shout).streaming).toBe(false)
    expect(await mapBlocks(reply('a'), shout).text()).toBe('A')
    expect(await mapBlocks(reply(['a', 'b']), shout).text()).toBe('AB')
    expect(await mapBlocks(reply(null), shout).text()).toBe('')
    expect(
      await mapBlocks(new Response('a'), (block) =>
        Buffer.concat([Buffer.from(block), Buffer.from('!')]),
      ).text(),
    ).toBe('a!')
  })

  it('G3: lets a source change the head before its first block, and keeps it true', async () => {
    const made = stream(function* () {
      made.headers.set('etag', '"x"')
      made.headers.set('content-length', '1')
      made.setStatus(201)
      yield 'a'
    })
    const mapped = mapBlocks(made, shout)
    await mapped.blocks.next()
    expect([mapped.status, Object.fromEntries(mapped.headers)]).toEqual([201, { etag: 'W/"x"' }])
    await mapped.blocks.close()
  })

  it('tells the source what leaves later', () => {
    const made = stream(['a'])
    const leavesAfter = vi.spyOn(made.blocks, 'leavesAfter')
    const { blocks } = mapBlocks(made, shout)
    void blocks.next()
    const work = Promise.resolve()
    blocks.leavesAfter(work)
    expect(leavesAfter.mock.calls).toEqual([[work]])
  })

  it('G11: gives one block for one, before it asks for the next [PEP-008, PEP-010, DJG-063]', async () => {
    const gate = new Gate()
    const run = new PumpRun(mapBlocks(stream(gate), shout).blocks)
    run.pump.start()
    for (const [index, block] of ['one', 'two', 'three'].entries()) {
      await gate.whenAsked(index + 1)
      const written = run.sink.when('write', index + 1)
      gate.open(block)
      await written
      expect(run.sink.text.endsWith(`${block.toUpperCase()}\r\n`)).toBe(true)
    }
    gate.end()
  })

  it('G11: passes on flush, empty blocks and lists', async () => {
    const mapping = vi.fn(shout)
    const { blocks } = mapBlocks(
      stream(['', flush, ['a', flush, ['b']], new Uint8Array(0), new Uint8Array([99]).buffer]),
      mapping,
    )
    const given: unknown[] = []
    for (let step = await blocks.next(); !step.done; step = await blocks.next()) given.push(step.value)
    expect(given).toEqual(['', flush, ['A', flush, ['B']], new Uint8Array(0), 'C'])
    expect(mapping).toHaveBeenCalledTimes(3)
  })

  it('drops what was true of the bytes, and keeps the rest', () => {
    const headers = { 'content-length': '1', 'accept-ranges': 'bytes', etag: '"1"', a: 'b' }
    const made = mapBlocks(stream(['a'], { headers, trailers: () => ({ c: 'd' }) }), shout)
    expect(Object.fromEntries(made.headers)).toEqual({ etag: 'W/"1"', a: 'b' })
    expect(made.blocks.length).toBeUndefined()
    expect(made.options.trailers?.()).toEqual({ c: 'd' })
  })

  it('G5: closes a source once, read to its end, in the middle or not at all', async () => {
    for (const reads of [0, 1, 9]) {
      const source = {
        closed: 0,
        next: vi.fn<() => IteratorResult<string>>(),
        close() {
          this.closed++
        },
        [Symbol.iterator]() {
          return this
        },
      }
      source.next
        .mockReturnValueOnce({ done: false, value: 'a' })
        .mockReturnValue({ done: true, value: undefined })
      const { blocks } = mapBlocks(stream(source), shout)
      for (let count = 0; count < reads; count++)
        if ((await blocks.next()).done) {
          blocks.finish()
          break
        }
      expect(await blocks.close()).toEqual([])
      expect(source.closed).toBe(1)
    }
  })

  it('G5: stops a parked source, and tells what its closing throws once', async () => {
    const gate = new Gate()
    const error = new Error('no')
    const made = stream(gate)
    made.blocks.onClose(() => {
      throw error
    })
    const { blocks } = mapBlocks(made, shout)
    void blocks.next()
    await gate.whenAsked(1)
    expect(await blocks.close(new Error('gone'))).toEqual([error])
    expect(gate.closed).toBe(1)
  })

  it('G4: fails when the function fails, and closes the source', async () => {
    const error = new Error('no')
    const made = stream(['a', 'b'])
    const mapped = mapBlocks(made, () => {
      throw error
    })
    await expect(mapped.text()).rejects.toMatchObject({ cause: error })
    expect(made.blocks.isClosed).toBe(true)
  })

  it('G9: asks the source in the context of its reply', async () => {
    const storage = new AsyncLocalStorage<string>()
    const made = storage.run('inner', () =>
      stream(function* () {
        yield storage.getStore() ?? 'none'
      }),
    )
    expect(await mapBlocks(made, (block) => block).text()).toBe('inner')
  })

  it('maps a file whole: a range of what it was is no range of what it is', async () => {
    const request = { method: 'GET', headers: new Headers({ range: 'bytes=0-0' }) }
    const path = fileURLToPath(import.meta.url)
    const mapped = mapBlocks(await file(path), shout)
    expect(forRequest(mapped, request)).toBe(mapped)
    expect((await mapped.text()).startsWith('IMPORT')).toBe(true)
  })
})

it('mapBlocks maps the block with which a body is to end, and forwards what makes it', () => {
  const lastBlock = () => 'bye'
  const made = mapBlocks(stream(['one'], { lastBlock }), (block) => `<${String(block)}>`)
  expect(made.options.lastBlock).toBe(lastBlock)
  expect(made.blocks.endWith(['bye', ''])).toEqual(['<bye>', ''])
  expect(mapBlocks(made, (block) => `(${String(block)})`).blocks.endWith('bye')).toBe('(<bye>)')
})
