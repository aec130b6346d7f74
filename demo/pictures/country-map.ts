/** What the map shows of a city; numbers, as a database gives them. */
export interface MappedCity {
  readonly latitude?: unknown
  readonly longitude?: unknown
  readonly population?: unknown
}

interface Dot {
  readonly x: number
  readonly y: number
  readonly people: number
}

/** The longer side of a map, in its own units. */
const extent = 600
const margin = 12

// From the many small ones to the few large ones, which stand above them.
const sizes = [
  { least: 0, width: 3, strength: 0.5 },
  { least: 100_000, width: 7, strength: 0.65 },
  { least: 1_000_000, width: 14, strength: 0.85 },
] as const

/** The map of a country as its cities draw it, as SVG: a dot for each. The first city is in the middle of its longitudes. */
export function* countryMap(cities: readonly MappedCity[]): Generator<string, void, undefined> {
  const dots = toDots(cities)
  const [left, right] = rangeOf(dots.map(({ x }) => x))
  const [top, bottom] = rangeOf(dots.map(({ y }) => y))
  const scale = extent / Math.max(right - left, bottom - top, 0.1)
  const [width, height] = [right - left, bottom - top].map((side) => Math.round(side * scale + 2 * margin))
  yield `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `
  yield 'fill="none" stroke="#0a8a94" stroke-linecap="round">\n'
  for (const [index, size] of sizes.entries()) {
    const end = sizes[index + 1]?.least ?? Infinity
    const some = dots.filter(({ people }) => people >= size.least && people < end)
    if (some.length === 0) continue
    // A line of no length is a dot.
    const path = some.map(({ x, y }) => `M${place(x - left)} ${place(y - top)}h0`).join('')
    yield `<path stroke-width="${size.width}" stroke-opacity="${size.strength}" d="${path}"/>\n`
  }
  yield '</svg>\n'

  function place(offset: number): string {
    return (margin + offset * scale).toFixed(1)
  }
}

// A degree of longitude is as wide as it is in the middle of the country, and none of it lies on the other side.
function toDots(cities: readonly MappedCity[]): Dot[] {
  const latitudes = cities.map(({ latitude }) => Number(latitude))
  const [south, north] = rangeOf(latitudes)
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const middle = Number(cities[0]?.longitude)
  return cities.map(({ latitude, longitude, population }) => ({
    x: ((((Number(longitude) - middle + 540) % 360) + 360) % 360) * shrink,
    y: -Number(latitude),
    people: Number(population),
  }))
}

// A country may have more cities than a function takes arguments.
function rangeOf(values: readonly number[]): readonly [least: number, greatest: number] {
  let [least, greatest] = [Infinity, -Infinity]
  for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)]
  return [least, greatest]
}
