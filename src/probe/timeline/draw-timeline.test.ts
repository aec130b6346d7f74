import { describe, expect, it } from 'vitest'
import { ArrivalBins } from './arrival-bins.ts'
import { drawTimeline, type DrawnTrack } from './draw-timeline.ts'
import { toTerminalStyle } from './terminal-style.ts'

const style = toTerminalStyle({ columns: 44 })

function track(arrivals: readonly number[], init: Partial<DrawnTrack> = {}): DrawnTrack {
  const bins = new ArrivalBins()
  for (const at of arrivals) bins.add(at, 10)
  return { label: '', bins, headAt: 0, until: 1000, ...init }
}

describe('drawTimeline', () => {
  it('draws what came, where it came, over a scale', () => {
    const lines = drawTimeline([track([0, 250, 500, 750])], { style, until: 1000 })
    expect(lines).toEqual(['  █▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁', '  0                   500 ms'])
  })

  it('dots the line before the head, and leaves the time that has not come empty', () => {
    const [line] = drawTimeline([track([300], { headAt: 250, until: 500 })], { style, until: 1000 })
    expect(line).toBe('  ··········▁▁█▁▁▁▁▁▁▁')
  })

  it('is all dots while no head has come', () => {
    const [line] = drawTimeline([track([], { headAt: undefined, until: 500 })], { style, until: 1000 })
    expect(line).toBe('  ····················')
  })

  it('puts tracks with their labels on the same scale, and marks how each has ended', () => {
    const lines = drawTimeline(
      [
        track([0, 500], { label: 'direct', end: 'whole' }),
        track([950], { label: 'through', headAt: 900, end: 'broken' }),
      ],
      { style, until: 1000 },
    )
    expect(lines).toEqual([
      '  direct   █▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▏',
      '  through  ····························▁█▁╳',
      '           0               500 ms',
    ])
  })

  it.each([20, 33, 80, 200])('never is wider than %d columns', (columns) => {
    const narrow = toTerminalStyle({ columns })
    const tracks = [track([0, 990, 1000], { label: '#10', end: 'whole', until: 1000 })]
    for (const line of drawTimeline(tracks, { style: narrow, until: 1000 })) {
      expect(line.length).toBeLessThanOrEqual(columns)
    }
  })
})
