import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatFrame } from '../../../test/support/http2-frame.ts'
import { FrameWatcher, toDataLength, type WatchedFrame } from './frame-watcher.ts'

function watch(readings: readonly Buffer[]): WatchedFrame[] {
  const frames: WatchedFrame[] = []
  const watcher = new FrameWatcher((frame) => frames.push(frame))
  for (const [index, bytes] of readings.entries()) watcher.push(bytes, { number: index + 1, at: index * 10 })
  return frames
}

const frame = fc.record({
  type: fc.nat({ max: 12 }),
  flags: fc.nat({ max: 255 }),
  stream: fc.nat({ max: 0x7fffffff }),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
})

describe('FrameWatcher', () => {
  it('tells a frame when its last byte has come, with the times of its first and its last', () => {
    const bytes = formatFrame({ type: 0, flags: 1, stream: 5, payload: Buffer.from('one') })
    const [first, ...more] = watch([bytes.subarray(0, 4), bytes.subarray(4, 11), bytes.subarray(11)])
    expect(more).toEqual([])
    expect(first).toEqual({
      type: 0,
      flags: 1,
      stream: 5,
      length: 3,
      payload: Buffer.from('one'),
      startedAt: 0,
      reading: { number: 3, at: 20 },
    })
  })

  it('finds the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), (frames, size) => {
        const bytes = Buffer.concat(frames.map((one) => formatFrame(one)))
        const readings: Buffer[] = []
        for (let at = 0; at < bytes.length; at += size) readings.push(bytes.subarray(at, at + size))
        const found = watch(readings).map(({ type, flags, stream, length, payload }) => ({
          type,
          flags,
          stream,
          length,
          payload,
        }))
        expect(found).toEqual(
          frames.map(({ payload, ...rest }) => ({
            ...rest,
            length: payload.length,
            payload: payload.subarray(0, 256),
          })),
        )
      }),
      { numRuns: 100 },
    )
  })
})

describe('toDataLength', () => {
  it('leaves padding out', () => {
    const [padded] = watch([
      formatFrame({ type: 0, flags: 8, stream: 1, payload: Buffer.from('\x02abc\0\0') }),
    ])
    expect(padded && toDataLength(padded)).toBe(3)
    const [plain] = watch([formatFrame({ type: 0, flags: 0, stream: 1, payload: Buffer.from('abc') })])
    expect(plain && toDataLength(plain)).toBe(3)
  })
})
