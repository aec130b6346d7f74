import { afterEach, describe, expect, it } from 'vitest'
import { clientAwaited, firstBlockSent, headCommitted, replyClosed } from '../../delivery/channels.ts'
import { isPlainWatched, progressOf, tellPlain } from './tell-plain.ts'

const channels = { clientAwaited, firstBlockSent, headCommitted, replyClosed }

const stops: (() => void)[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function note(...names: (keyof typeof channels)[]): unknown[] {
  const list: unknown[] = []
  for (const name of names) {
    const take = (message: unknown) => void list.push([name, message])
    channels[name].subscribe(take)
    stops.push(() => channels[name].unsubscribe(take))
  }
  return list
}

describe('isPlainWatched', () => {
  it.each(['replyClosed', 'headCommitted', 'firstBlockSent'] as const)('is true for %s', (name) => {
    expect(isPlainWatched()).toBe(false)
    note(name)
    expect(isPlainWatched()).toBe(true)
  })
})

describe('tellPlain', () => {
  it('tells the head and the block, and gives the bytes of the text', () => {
    const list = note('headCommitted', 'firstBlockSent', 'clientAwaited')
    const reply = {}
    expect(tellPlain(reply, 'äb', {})).toEqual({ bytes: 3, blocks: 1 })
    expect(list).toEqual([
      ['headCommitted', { reply, status: 200, framing: { kind: 'length', bytes: 3 } }],
      ['firstBlockSent', { reply }],
    ])
  })

  it('tells of no block that is empty', () => {
    const list = note('firstBlockSent')
    expect(tellPlain({}, new Uint8Array(0), {})).toEqual({ bytes: 0, blocks: 0 })
    expect(list).toEqual([])
  })

  it('tells that the client is waited for, where something is held', () => {
    const list = note('clientAwaited')
    const reply = {}
    tellPlain(reply, 'a', { isHeld: true })
    expect(list).toEqual([['clientAwaited', { reply }]])
  })
})

describe('progressOf', () => {
  it.each([
    ['text', 'äb', { bytes: 3, blocks: 1 }],
    ['bytes', new Uint16Array(2), { bytes: 4, blocks: 1 }],
    ['nothing', '', { bytes: 0, blocks: 0 }],
  ])('counts %s', (_, body, progress) => {
    expect(progressOf(body)).toEqual(progress)
  })
})
