import { describe, expect, it } from 'vitest'
import { sampleEnded, sampleLive } from '../../../../test/inspector/sample-replies.ts'
import { endedColumns, endedTexts, liveColumns, liveTexts } from './columns.ts'

describe('liveColumns', () => {
  const textsOf = (...parameters: Parameters<typeof sampleLive>): Record<string, unknown> =>
    Object.fromEntries(liveColumns.map(({ name, text }) => [name, text(sampleLive(...parameters), 7_000)]))

  it('says what is not there with a dash', () => {
    const texts = textsOf({ client: null, encoding: null, rate: 0 })
    expect(texts).toMatchObject({ client: '–', encoding: '–', rate: '–', waited: '–' })
  })

  it('says who is waited for in parts, and for how long once it is a second', () => {
    expect(textsOf()['waits']).toEqual(['application', 'to make the next block', '5 s'])
    expect(textsOf({ awaitsSince: 6_500 })['waits']).toEqual(['application', 'to make the next block', ''])
    const stalled = textsOf({ awaits: 'client', awaitsSince: 1_000 })
    expect(stalled).toMatchObject({ waited: '6 s', waits: ['stalled client', 'to read', '6 s'] })
  })
})

describe('endedColumns', () => {
  it('says how long it took and how it ended', () => {
    const reply = sampleEnded({ how: 'failed', status: null })
    const texts = Object.fromEntries(endedColumns.map(({ name, text }) => [name, text(reply, 0)]))
    expect(texts).toMatchObject({ took: '2.5 s', how: ['failed: the body is cut'], status: '–' })
  })
})

it('liveTexts has what a filter is likely to ask for', () => {
  const texts = liveTexts(sampleLive({ awaits: 'client', encoding: 'gzip' }), 9_000)
  for (const text of ['GET', '/clock', 'gzip', 'HTTP/1.1', 200, 'stalled client'])
    expect(texts).toContain(text)
})

it('endedTexts has what a filter is likely to ask for', () => {
  const texts = endedTexts(sampleEnded({ how: 'too-slow', error: 'The client reads too slowly' }))
  for (const text of ['too-slow', 'The client reads too slowly', '127.0.0.1:50000'])
    expect(texts).toContain(text)
})
