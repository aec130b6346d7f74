import { serve } from 'millrace'
import { describe, expect, it } from 'vitest'
import { brokenRecords, parseTelling } from './broken-records.ts'

const cities = [[{ name: 'Paris', country: 'FR', population: 2_138_551, id: 11 }], [{ name: 'Lyon' }]]
const lines = ['{"name":"Paris","country":"FR","population":2138551}', '{"name":"Lyon"}']

/** What comes before the reply is cut. */
async function read(query: string): Promise<string[]> {
  const pause = () => Promise.resolve()
  await using server = await serve({
    report: () => undefined,
    routes: {
      '/': () => brokenRecords(cities, { telling: parseTelling(new URLSearchParams(query)), pause }),
    },
  })
  let text = ''
  const reply = await fetch(server.url)
  const reading = (async () => {
    for await (const bytes of reply.body ?? []) text += Buffer.from(bytes).toString()
  })()
  await expect(reading).rejects.toThrow('terminated')
  expect(text.endsWith('\n')).toBe(true)
  return text.trimEnd().split('\n')
}

describe('brokenRecords', () => {
  it.each([
    ['', ['{"error":"The stream has failed"}']],
    ['tell=that', ['{"error":"The stream has failed"}']],
    ['tell=why', ['{"error":"Cannot read city 3: the database has gone away, on purpose"}']],
    ['tell=own', ['{"error":"Gone for lunch","retryAfter":1800}']],
    ['tell=nothing', []],
  ])('G4: gives the records, and for %j the last record %j before it is cut', async (query, last) => {
    expect(await read(query)).toEqual([...lines, ...last])
  })
})

it('parseTelling refuses what there is not', () => {
  expect(() => parseTelling(new URLSearchParams('tell=all'))).toThrow(
    'Cannot tell "all": give one of that, why, own, nothing, or leave it out',
  )
})
