import { DatabaseSync } from 'node:sqlite'
import { serve } from 'millrace'
import { describe, expect, it } from 'vitest'
import { CityStore } from './cities/city-store.ts'
import { fillCities } from './cities/fill-cities.ts'
import { compressedRoutes } from './compressed-routes.ts'
import { Pauses } from './support/pauses.ts'
import { sampleCities } from './support/sample-cities.ts'
import { TemporaryFolder } from './support/temporary-folder.ts'

const accept = { 'accept-encoding': 'gzip, br, zstd' }

async function openDemo(transmitter: 'inline' | 'thread') {
  const folder = new TemporaryFolder()
  await fillCities(folder.file('cities.sqlite'), sampleCities(500))
  const cities = new CityStore(new DatabaseSync(folder.file('cities.sqlite'), { readOnly: true }))
  const pauses = new Pauses()
  const routes = compressedRoutes({ cities, pause: pauses.pause })
  const server = await serve({ transmitter, routes })
  const close = async () => {
    pauses.endAll()
    await server.close({ grace: 0 })
    cities.close()
    folder[Symbol.dispose]()
  }
  return { cities, pauses, url: server.url, [Symbol.asyncDispose]: close }
}

describe.each(['inline', 'thread'] as const)('compressedRoutes, sent by %s', (transmitter) => {
  it.each(['identity', 'gzip', 'br', 'zstd'])(
    'G11: has each record decoded from %s before the next one is made',
    async (encoding) => {
      await using demo = await openDemo(transmitter)
      const reply = await fetch(`${demo.url}/compressed?encoding=${encoding}`, { headers: accept })
      expect(reply.headers.get('content-encoding') ?? 'identity').toBe(encoding)
      expect(reply.headers.get('content-type')).toBe('application/x-ndjson')
      const names: unknown[] = []
      for await (const line of linesOf(reply)) {
        names.push(JSON.parse(line).name)
        demo.pauses.end()
      }
      expect(names).toHaveLength(60)
      expect(names.slice(0, 2)).toEqual(['São Paulo', 'Paris'])
      expect(demo.cities.openCursors).toBe(0)
    },
  )

  it('compresses as suits the client best where the query does not say', async () => {
    await using demo = await openDemo(transmitter)
    for (const [accepted, encoding] of [
      ['gzip, br, zstd', 'zstd'],
      ['gzip, br', 'br'],
      ['identity', null],
    ] as const) {
      const leaving = new AbortController()
      const headers = { 'accept-encoding': accepted }
      const reply = await fetch(`${demo.url}/compressed`, { headers, signal: leaving.signal })
      expect(reply.headers.get('content-encoding')).toBe(encoding)
      leaving.abort()
    }
  })

  it('sends the records as they are to a client that does not take the encoding', async () => {
    await using demo = await openDemo(transmitter)
    const leaving = new AbortController()
    const headers = { 'accept-encoding': 'gzip' }
    const reply = await fetch(`${demo.url}/compressed?encoding=br`, { headers, signal: leaving.signal })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-encoding')).toBeNull()
    leaving.abort()
  })

  it('refuses an encoding that there is none of, with the names of the others', async () => {
    await using demo = await openDemo(transmitter)
    const reply = await fetch(`${demo.url}/compressed?encoding=lzma`)
    expect(reply.status).toBe(400)
    expect(await reply.text()).toContain(
      'Cannot compress with encoding="lzma": give one of identity, gzip, br, zstd, or leave it out',
    )
  })
})

/** The lines of a reply, each when it is there. */
async function* linesOf(reply: Response): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of reply.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  expect(rest).toBe('')
}
