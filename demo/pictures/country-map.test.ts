import { expect, it } from 'vitest'
import { countryMap } from './country-map.ts'

const draw = (cities: Parameters<typeof countryMap>[0]): string => [...countryMap(cities)].join('')

it('countryMap has a dot for each city, the large ones above the small ones, with north at the top', () => {
  const svg = draw([
    { latitude: 10, longitude: 0, population: 2_000_000 },
    { latitude: -10, longitude: 10, population: 200_000 },
    { latitude: 0, longitude: 5, population: 200 },
  ])
  expect(svg.match(/viewBox="[^"]+"/)?.[0]).toBe('viewBox="0 0 324 624"')
  expect(
    [...svg.matchAll(/stroke-width="(\S+)".* d="(.*)"/g)].map(([, width, path]) => [width, path]),
  ).toEqual([
    ['3', 'M162.0 312.0h0'],
    ['7', 'M312.0 612.0h0'],
    ['14', 'M12.0 12.0h0'],
  ])
})

it('countryMap keeps a country together that lies on both sides of 180 degrees', () => {
  const svg = draw([
    { latitude: 0, longitude: 178, population: 1 },
    { latitude: 0, longitude: -178, population: 1 },
  ])
  expect(svg).toContain('d="M12.0 12.0h0M612.0 12.0h0"')
})

it('countryMap draws a country of one city', () => {
  expect(draw([{ latitude: 43.7, longitude: 7.4, population: 40_000 }])).toMatch(
    /viewBox="0 0 24 24"[^]*d="M12\.0 12\.0h0"/,
  )
})
