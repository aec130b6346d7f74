import { describe, expect, it } from 'vitest'
import { asciiSigns, drawTrack, unicodeSigns } from './draw-track.ts'

const nothing = { blocks: 0, bytes: 0 }
const toText = (runs: readonly { text: string }[]) => runs.map(({ text }) => text).join('')

describe('drawTrack', () => {
  it('draws a bar for each column in which something came, as high as its bytes', () => {
    const columns = [
      nothing,
      { blocks: 1, bytes: 1 },
      nothing,
      { blocks: 4, bytes: 1000 },
      { blocks: 1, bytes: 250 },
    ]
    expect(toText(drawTrack(columns, { signs: unicodeSigns }))).toBe('▁▂▁█▅')
    expect(toText(drawTrack(columns, { signs: asciiSigns }))).toBe('_:_#|')
  })

  it('tells the runs apart, so that they can be coloured', () => {
    const columns = [nothing, nothing, { blocks: 1, bytes: 5 }, nothing, nothing, nothing]
    expect(drawTrack(columns, { signs: unicodeSigns, ahead: 2 })).toEqual([
      { kind: 'quiet', text: '▁▁' },
      { kind: 'blocks', text: '█' },
      { kind: 'quiet', text: '▁' },
      { kind: 'ahead', text: '  ' },
    ])
  })

  it('shows a block that has no bytes', () => {
    expect(toText(drawTrack([{ blocks: 1, bytes: 0 }], { signs: unicodeSigns }))).toBe('▂')
  })
})
