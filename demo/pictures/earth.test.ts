import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Earth } from './earth.ts'

const [width, height] = [720, 290]

/** Which colour stands where, as numbers of the list of colours. */
function colourAt(png: Buffer, latitude: number, longitude: number): number {
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  expect(rows.length).toBe((width + 1) * height)
  return rows[(84 - latitude) * 2 * (width + 1) + 1 + (longitude + 180) * 2] ?? -1
}

describe('Earth', () => {
  const earth = new Earth([
    [0, 0, 20_000_000],
    [0, 10, 1_000],
    [89, 0, 5_000],
  ])

  it('is bright where it is noon and dark where it is midnight', () => {
    const noon = earth.picture(Date.UTC(2026, 2, 20, 12))
    expect([colourAt(noon, 20, 0), colourAt(noon, 20, 179)]).toEqual([15 << 4, 0])
    const midnight = earth.picture(Date.UTC(2026, 2, 20, 0))
    expect([colourAt(midnight, 20, 0), colourAt(midnight, 20, 179)]).toEqual([0, 15 << 4])
  })

  it('has a long day in the north in June, and none in December', () => {
    const dayOf = (month: number): number => colourAt(earth.picture(Date.UTC(2026, month, 21, 0)), 80, 0) >> 4
    expect([dayOf(5), dayOf(11)]).toEqual([15, 0])
  })

  it('draws cities the brighter the more people live there, and leaves out what is beyond the map', () => {
    const picture = earth.picture(Date.UTC(2026, 2, 20, 0))
    expect([colourAt(picture, 0, 0), colourAt(picture, 0, 10)]).toEqual([14, 2])
  })

  it('paints a moment once', () => {
    const first = earth.picture(1_000)
    expect(earth.picture(1_000)).toBe(first)
    expect(earth.picture(2_000)).not.toBe(first)
  })
})
