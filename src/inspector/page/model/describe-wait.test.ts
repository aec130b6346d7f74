import { describe, expect, it } from 'vitest'
import { sampleLive } from '../../../../test/inspector/sample-replies.ts'
import { blockWaited, describeWait, stalledAfter } from './describe-wait.ts'

describe('describeWait', () => {
  it.each([
    ['handler', 'application to answer'],
    ['first-block', 'application to make the first block'],
    ['block', 'application to make the next block'],
    ['close', 'application to close its source'],
    ['connection', 'connection to end an earlier reply'],
  ] as const)('tells what %s means, for however long', (awaits, text) => {
    const { kind, who, what, lasts } = describeWait(sampleLive({ awaits }), 602_000)
    expect(`${who} ${what}`).toBe(text)
    expect([kind, lasts]).toEqual([awaits === 'connection' ? 'client' : 'application', 600_000])
  })

  it('calls a client stalled once it has not read for a second', () => {
    const reply = sampleLive({ awaits: 'client' })
    expect(describeWait(reply, 1_999 + stalledAfter)).toMatchObject({
      kind: 'client',
      who: 'client',
      lasts: 999,
    })
    expect(describeWait(reply, 2_000 + stalledAfter)).toMatchObject({
      kind: 'stalled',
      who: 'stalled client',
    })
  })

  it('knows no time before the beginning, whatever the clocks say', () => {
    expect(describeWait(sampleLive(), 1_990).lasts).toBe(0)
  })
})

describe('blockWaited', () => {
  it('is the last wait that is over, or the one that lasts', () => {
    expect(blockWaited(sampleLive({ waited: 70 }), 9_000)).toBe(70)
    expect(blockWaited(sampleLive({ waited: 70, awaits: 'client' }), 2_010)).toBe(10)
    expect(blockWaited(sampleLive({ waited: 70, awaits: 'client' }), 2_600)).toBe(600)
  })
})
