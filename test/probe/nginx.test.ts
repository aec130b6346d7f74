// The probe before a real nginx, with buffering and compression on and off: which of the two holds it, and by which setting?
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probe } from '../../src/probe/probe.ts'
import { adviseOnReport } from '../../src/probe/through/advise.ts'
import { probeThrough, type ThroughReport } from '../../src/probe/through/probe-through.ts'
import { hasNginx, Nginx } from '../support/nginx.ts'
import { PacedServer } from './paced-server.ts'

const gzip = 'gzip on; gzip_types text/plain; gzip_min_length 1; gzip_proxied any;'

// Of nginx's own, by the first part of the path.
const locations: Readonly<Record<string, string>> = {
  buffered: '',
  'buffered-modern': 'proxy_http_version 1.1;',
  'buffered-gzip': `${gzip} proxy_http_version 1.1;`,
  unbuffered: 'proxy_buffering off;',
  'unbuffered-modern': 'proxy_buffering off; proxy_http_version 1.1;',
  'unbuffered-gzip': `${gzip} proxy_buffering off; proxy_http_version 1.1;`,
}

describe.skipIf(!hasNginx)('probeThrough, before nginx (skipped where nginx is not installed)', () => {
  let server: PacedServer
  let nginx: Nginx

  beforeAll(async () => {
    server = await PacedServer.open()
    const more = Object.entries(locations)
      .map(([name, text]) => `location /${name}/ { ${text} proxy_pass http://127.0.0.1:${server.port}; }`)
      .join('\n')
    nginx = await Nginx.open(server.port, { more })
  })

  afterAll(async () => {
    await nginx[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  function ask(path: string): Promise<ThroughReport> {
    return probeThrough(server.at(path), new URL(path, `http://127.0.0.1:${nginx.port}`), { probe })
  }

  const settingsOf = ({ comparison }: ThroughReport) =>
    comparison.advice.flatMap(({ server: name, settings }) =>
      settings.map(({ setting }) => `${name}: ${setting}`),
    )

  it.concurrent('finds proxy_buffering, which is on by default', async () => {
    const report = await ask('/buffered/rows')
    expect(report.direct.verdict.kind).toBe('streamed')
    expect(report.through.verdict).toMatchObject({ kind: 'held-to-the-end', isGood: false })
    expect(report.comparison).toMatchObject({ kind: 'held-by-proxy', servers: [{ kind: 'nginx' }] })
    expect(report.isGood).toBe(false)
    expect(settingsOf(report)).toEqual(['nginx: proxy_buffering off;', 'nginx: X-Accel-Buffering: no'])
  })

  it.concurrent('finds gzip beside proxy_buffering', async () => {
    const report = await ask('/buffered-gzip/rows')
    expect(report.through.verdict.kind).toBe('held-to-the-end')
    expect(report.comparison).toMatchObject({ kind: 'held-by-proxy' })
    expect(report.comparison.evidence).toContain('the proxy compresses with gzip, the server does not')
    expect(settingsOf(report)[0]).toBe('nginx: proxy_buffering off;')
    expect(settingsOf(report)).toContain('nginx: gzip off;')
  })

  // With the buffering on as well, where nginx asks by HTTP/1.1 and does not compress.
  it.concurrent.each([
    ['unbuffered', 'identity'],
    ['unbuffered-modern', 'identity'],
    ['unbuffered-gzip', 'gzip'],
    ['buffered-modern', 'identity'],
  ])('finds nothing to blame, %s, sent as %s', async (name, encoding) => {
    const report = await ask(`/${name}/rows`)
    expect(report.through.verdict.kind).toBe('streamed')
    expect(report.through.connections[0]?.measurement).toMatchObject({ encoding, visibleCount: 10 })
    expect(report.comparison).toMatchObject({ kind: 'passed-on', advice: [] })
    expect(report.isGood).toBe(true)
  })

  it.concurrent('finds that nginx makes a cut reply look whole, by HTTP/1.0', async () => {
    const report = await ask('/unbuffered/cut')
    expect(report.direct.verdict.kind).toBe('cut-off')
    expect(report.comparison).toMatchObject({ kind: 'cut-hidden-by-proxy', isGood: false })
    expect(settingsOf(report)).toEqual(['nginx: proxy_http_version 1.1;'])
  })

  it.concurrent('finds that nginx passes a cut on, by HTTP/1.1', async () => {
    const report = await ask('/unbuffered-modern/cut')
    expect(report.comparison).toMatchObject({ kind: 'cut-by-server', advice: [], isGood: false })
  })

  it.concurrent('names the setting without --through, too, where the reply says who is on the way', async () => {
    const report = await probe(`http://127.0.0.1:${nginx.port}/buffered/rows`)
    expect(report.verdict.kind).toBe('held-to-the-end')
    expect(adviseOnReport(report)).toMatchObject([{ server: 'nginx' }])
  })
})
