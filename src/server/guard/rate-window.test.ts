import { describe, expect, it } from 'vitest'
import { type RateSample, RateWindow } from './rate-window.ts'

// 1,000 bytes in 10 steps.
const plan = { least: 1000, steps: 10 }

/** The step at which a client is too slow, of so many; undefined for never. */
function cutAt(steps: number, sampleAt: (step: number) => RateSample | undefined): number | undefined {
  const window = new RateWindow(plan)
  for (let step = 0; step < steps; step++) {
    const sample = sampleAt(step)
    if (!sample) window.clear()
    else if (window.isTooSlow(sample)) return step
  }
  return undefined
}

describe('RateWindow', () => {
  it('G13: cuts a client that takes nothing after one window, not before', () => {
    expect(cutAt(100, () => ({ given: 5000, taken: 0 }))).toBe(10)
  })

  it('G13: cuts a client that takes a little less than it must', () => {
    expect(cutAt(100, (step) => ({ given: 1_000_000, taken: step * 99 }))).toBe(10)
    expect(cutAt(100, (step) => ({ given: 1_000_000, taken: step }))).toBe(10)
  })

  it('G13: leaves a client that takes what it must, in whatever lumps', () => {
    expect(cutAt(1000, (step) => ({ given: 1_000_000, taken: step * 100 }))).toBe(undefined)
    expect(cutAt(1000, (step) => ({ given: 1_000_000, taken: Math.floor(step / 10) * 1000 }))).toBe(undefined)
  })

  it('G13: cuts a client one window after it has stopped, however fast it was before', () => {
    expect(cutAt(100, (step) => ({ given: 1e9, taken: Math.min(step, 50) * 1_000_000 }))).toBe(60)
  })

  it('G13: leaves a client that takes all there is, however little that is', () => {
    expect(cutAt(1000, (step) => ({ given: step + 1, taken: step }))).toBe(undefined)
  })

  it('G13: cuts a client that leaves the last bytes where they are', () => {
    expect(cutAt(100, () => ({ given: 10, taken: 9 }))).toBe(10)
  })

  it('G13: begins again when nothing is held', () => {
    const sampleAt = (step: number) => (step % 10 === 9 ? undefined : { given: 5000, taken: 0 })
    expect(cutAt(1000, sampleAt)).toBe(undefined)
    expect(cutAt(100, (step) => (step < 5 ? undefined : { given: 5000, taken: 0 }))).toBe(15)
  })
  it('G13: cuts a client that lets little through a window that is always shut, a block at a time', () => {
    const sampleAt = (isShut: boolean) => (step: number) => ({
      given: step * 10 + 10,
      taken: step * 10,
      isShut,
    })
    expect(cutAt(100, sampleAt(true))).toBe(10)
    expect(cutAt(1000, sampleAt(false))).toBe(undefined)
    expect(cutAt(1000, (step) => sampleAt(step % 10 !== 9)(step))).toBe(undefined)
  })

  it('G13: leaves a client whose window is always shut, and which takes what it must', () => {
    expect(cutAt(1000, (step) => ({ given: step * 100 + 10, taken: step * 100, isShut: true }))).toBe(
      undefined,
    )
  })
})
