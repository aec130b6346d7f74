import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { formatStart, type StartFacts } from './format-start.ts'

const show = (facts: Partial<StartFacts>) =>
  stripVTControlCharacters(
    formatStart({ file: 'app.ts', url: 'http://127.0.0.1:3000', options: {}, words: {}, ...facts }),
  )

const handler = () => 'x'

describe('formatStart', () => {
  it('says where it is, the routes, and what to try with one of them', () => {
    const text = show({ options: { routes: { '/x/:id': handler, 'GET /slow': handler } } })
    expect(text).toContain('millrace serves app.ts\n  http://127.0.0.1:3000\n')
    expect(text).toMatch(/routes +\/x\/:id {2}GET \/slow\n/)
    expect(text).toMatch(/try +curl -N http:\/\/127\.0\.0\.1:3000\/slow\n/)
    expect(text).toContain('npx millrace probe http://127.0.0.1:3000/slow\n')
    expect(text).not.toContain('inspector')
  })

  it('lists no routes of a fetch, and a dozen of many', () => {
    expect(show({ options: { fetch: () => new Response() } })).not.toContain('routes')
    const routes = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`/${index}`, handler]))
    expect(show({ options: { routes } })).toContain('/11  …\n')
  })

  it('shows the inspector with its token, and not as a route', () => {
    const routes = { '/': handler, '/inspector/**': handler }
    const text = show({ options: { routes }, words: { 'inspector-token': 'a+b' } })
    expect(text).toContain('look     http://127.0.0.1:3000/inspector/?token=a%2Bb\n')
    expect(text).toMatch(/routes +\/\n/)
  })

  it('shows addresses that can be used where it listens on all', () => {
    const text = show({ url: 'https://0.0.0.0:8443' })
    expect(text).toContain('https://localhost:8443\n')
    expect(text).not.toContain('0.0.0.0')
  })
})
