import { formatPng } from './format-png.ts'

const width = 720
const height = 290
const north = 84
const degreesPerPixel = 360 / width
const radians = Math.PI / 180

/** A place on the map: degrees north, degrees east, and how many people live there. */
export type Place = readonly [latitude: number, longitude: number, people: number]

/** The map of the earth as its cities draw it: dots by day, lights by night. */
export class Earth {
  readonly #lights: Uint8Array
  #last: { time: number; picture: Buffer } | undefined

  constructor(places: Iterable<Place>) {
    this.#lights = toLights(places)
  }

  /** How it looks at a moment; who asks for the same moment gets the same picture. */
  picture(time: number): Buffer {
    if (this.#last?.time !== time) this.#last = { time, picture: this.#paint(new Date(time)) }
    return this.#last.picture
  }

  #paint(date: Date): Buffer {
    const pixels = new Uint8Array(width * height)
    const { sine, cosine, noon } = toSun(date)
    const turns = Float64Array.from({ length: width }, (_, x) =>
      Math.cos((x * degreesPerPixel - 180 - noon) * radians),
    )
    for (let y = 0, at = 0; y < height; y++) {
      const latitude = (north - y * degreesPerPixel) * radians
      const [fixed, turning] = [Math.sin(latitude) * sine, Math.cos(latitude) * cosine]
      for (let x = 0; x < width; x++, at++) {
        // How high the sun stands: the day begins somewhat before it rises.
        const shade = (fixed + turning * (turns[x] ?? 0) + 0.2) * 50
        const day = Math.trunc(Math.min(15, Math.max(0, shade)))
        pixels[at] = (day << 4) | (this.#lights[at] ?? 0)
      }
    }
    return formatPng({ width, height, pixels, colours })
  }
}

// From 1, a village, to 15; 0 is where nobody lives.
function toLights(places: Iterable<Place>): Uint8Array {
  const people = new Float64Array(width * height)
  for (const [latitude, longitude, count] of places) {
    const y = Math.round((north - latitude) / degreesPerPixel)
    const x = Math.round((longitude + 180) / degreesPerPixel) % width
    const at = y * width + x
    if (y >= 0 && y < height) people[at] = (people[at] ?? 0) + count
  }
  return Uint8Array.from(people, (count) =>
    count === 0 ? 0 : Math.min(15, Math.max(1, Math.log10(count) * 3 - 7)),
  )
}

/** Where the sun stands: the sine and cosine of its declination, and the longitude where it is noon. */
function toSun(date: Date) {
  const day = (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000
  const declination = -23.44 * radians * Math.cos((2 * Math.PI * (day + 10)) / 365.25)
  return { sine: Math.sin(declination), cosine: Math.cos(declination), noon: 180 - (day % 1) * 360 }
}

type Colour = readonly [number, number, number]

const ground: readonly [night: Colour, day: Colour] = [
  [9, 16, 26],
  [214, 232, 232],
]
const faint: readonly [night: Colour, day: Colour] = [
  [74, 58, 34],
  [158, 194, 195],
]
const bright: readonly [night: Colour, day: Colour] = [
  [255, 240, 186],
  [6, 78, 86],
]

// Sixteen shades between night and day, of sixteen lights each.
const colours = Uint8Array.from({ length: 256 * 3 }, (_, index) => {
  const [entry, part] = [Math.floor(index / 3), index % 3]
  const [day, light] = [(entry >> 4) / 15, entry & 15]
  const at = ([night = ground[0], noon = ground[1]]: readonly Colour[]): number =>
    mix(night[part] ?? 0, noon[part] ?? 0, day)
  return light === 0 ? at(ground) : mix(at(faint), at(bright), (light - 1) / 14)
})

function mix(from: number, to: number, part: number): number {
  return Math.round(from + (to - from) * part)
}
