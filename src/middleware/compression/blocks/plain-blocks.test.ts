import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../../../test/support/gate.ts'
import { Blocks } from '../../../body/blocks.ts'
import { PlainBlocks } from './plain-blocks.ts'

describe('PlainBlocks', () => {
  it('gives each step of the source as it is, without a promise where that needs none', async () => {
    const inner = new Blocks(['a', Buffer.from('b')])
    const reader = new PlainBlocks(inner)
    expect(reader.openReader()).toBe(reader)
    expect(reader.next()).toEqual({ done: false, value: 'a' })
    expect(reader.next()).toEqual({ done: false, value: Buffer.from('b') })
    expect(reader.next()).toEqual({ done: true, value: undefined })
    expect(inner.isClosed).toBe(false)
  })

  it('G5: does not stop a source that has said that it is done', async () => {
    const gate = new Gate()
    const inner = new Blocks(gate)
    const reader = new PlainBlocks(inner)
    gate.end()
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    await inner.close()
    expect(gate.closed).toBe(0)
  })

  it('G5: closes the source when it is stopped, once', async () => {
    const gate = new Gate()
    const inner = new Blocks(gate)
    const reader = new PlainBlocks(inner)
    gate.open('a')
    await reader.next()
    reader.return(new Error('no'))
    await reader.close()
    expect(inner.isClosed).toBe(true)
    await inner.close()
    expect(gate.closed).toBe(1)
  })

  it('G9: asks for each block where the body was made', () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const inner = storage.run(
      'handler',
      () =>
        new Blocks(function* () {
          seen.push(storage.getStore())
          yield 'a'
          seen.push(storage.getStore())
        }),
    )
    const reader = new PlainBlocks(inner)
    storage.run('elsewhere', () => {
      reader.next()
      reader.next()
    })
    expect(seen).toEqual(['handler', 'handler'])
  })
})
