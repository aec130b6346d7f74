import { describe, expect, it } from 'vitest'
import { createProbeReport, type ReportInit } from '../../../test/support/create-probe-report.ts'
import type { Measurement } from '../measurement.ts'
import { compareReports } from './compare-reports.ts'

const streamed = (init?: ReportInit) =>
  createProbeReport('streamed', { arrivals: [20, 220, 420, 620], ...init })
const held = (init?: ReportInit) => createProbeReport('held-to-the-end', { arrivals: [621, 621.1], ...init })
const nginx: Measurement['fields'] = [['server', 'nginx/1.22.1']]
const settingsOf = (comparison: ReturnType<typeof compareReports>) =>
  comparison.advice.flatMap(({ settings }) => settings.map(({ setting }) => setting))

describe('compareReports', () => {
  it('finds that the proxy passes on what comes', () => {
    expect(compareReports(streamed(), streamed({ measurement: { fields: nginx } }))).toEqual({
      kind: 'passed-on',
      line: 'The proxy passes each block on as it comes',
      evidence: [
        'directly the first block came after 20 ms, the last after 620 ms, in 4 arrivals',
        'through the proxy the first block came after 20 ms, the last after 620 ms, in 4 arrivals',
        'nginx is on the way: the reply says server: nginx/1.22.1',
      ],
      servers: [{ kind: 'nginx', name: 'nginx', field: 'server: nginx/1.22.1' }],
      advice: [],
      isGood: true,
    })
  })

  it('finds that the proxy holds it, and names its settings', () => {
    const comparison = compareReports(streamed(), held({ measurement: { fields: nginx } }))
    expect(comparison).toMatchObject({ kind: 'held-by-proxy', isGood: false })
    expect(comparison.advice).toMatchObject([{ server: 'nginx', field: 'server: nginx/1.22.1' }])
    expect(settingsOf(comparison)).toEqual(['proxy_buffering off;', 'X-Accel-Buffering: no'])
  })

  it('speaks of compression where the proxy compresses, and the server does not', () => {
    const fields: Measurement['fields'] = [['server', 'Apache/2.4.62 (Debian)']]
    const comparison = compareReports(streamed(), held({ measurement: { fields, encoding: 'gzip' } }))
    expect(comparison.evidence).toContain('the proxy compresses with gzip, the server does not')
    expect(settingsOf(comparison)[0]).toBe('SetEnv no-gzip 1')
  })

  it('does not take a slow reply for a held one by itself, but does beside one that came in time', () => {
    const slow = createProbeReport('not-streamed', { arrivals: [618] })
    expect(compareReports(streamed(), slow).kind).toBe('held-by-proxy')
    expect(compareReports(slow, slow).kind).toBe('nothing-to-tell')
  })

  it('takes a reply that comes sooner than the server makes it for a cached one', () => {
    const cached = createProbeReport('not-streamed', {
      arrivals: [15],
      measurement: { fields: [['age', '12']] },
    })
    const comparison = compareReports(streamed(), cached)
    expect(comparison).toMatchObject({ kind: 'cached', isGood: true })
    expect(comparison.evidence).toContain('the reply says age: 12')
  })

  it('finds that the server itself holds it, whatever the proxy does', () => {
    const comparison = compareReports(held(), held({ measurement: { fields: nginx } }))
    expect(comparison).toMatchObject({ kind: 'held-by-server', isGood: false, advice: [] })
    expect(comparison.line).toContain('the proxy has nothing to pass on')
    expect(compareReports(held(), streamed())).toMatchObject({ kind: 'held-by-server' })
  })

  it('names the settings of the server, where it is the server that holds it', () => {
    const fields: Measurement['fields'] = [['x-powered-by', 'Next.js']]
    const comparison = compareReports(held({ measurement: { fields, encoding: 'gzip' } }), held())
    expect(settingsOf(comparison)).toContain('compress: false')
  })

  it('finds that the proxy hides a cut', () => {
    const ending: Measurement['ending'] = { kind: 'cut', by: 'reset', message: 'it was reset' }
    const cut = createProbeReport('cut-off', { measurement: { ending } })
    const comparison = compareReports(cut, streamed({ measurement: { fields: nginx } }))
    expect(comparison).toMatchObject({ kind: 'cut-hidden-by-proxy', isGood: false })
    expect(comparison.evidence[0]).toBe('directly it is cut off after 621 ms and 400 bytes: it was reset')
    expect(settingsOf(comparison)).toEqual(['proxy_http_version 1.1;'])
    expect(compareReports(cut, cut)).toMatchObject({ kind: 'cut-by-server', isGood: false })
    expect(compareReports(streamed(), cut)).toMatchObject({ kind: 'cut-by-proxy', isGood: false })
  })

  it('suspects those that do not tell their names, where no field names the proxy', () => {
    const bursts = createProbeReport('held-in-bursts', { arrivals: [200, 400, 600] })
    const { advice, evidence } = compareReports(streamed(), bursts)
    expect(advice.map(({ server }) => server)).toEqual(['HAProxy', 'Apache httpd', 'nginx'])
    expect(advice[0]).toMatchObject({ field: undefined, settings: [{ setting: 'option http-no-delay' }] })
    expect(evidence).toContain(
      'bursts that are 200 ms apart are the mark of HAProxy without option http-no-delay',
    )
  })

  it('finds bursts beside blocks that came one by one, where each alone could be so made', () => {
    const near = streamed({ arrivals: [0, 50, 100, 150, 200, 250, 300, 350] })
    const far = streamed({ arrivals: [150, 350] })
    expect(compareReports(near, far)).toMatchObject({ kind: 'held-by-proxy', isGood: false })
    expect(compareReports(near, far).line).toContain('in bursts')
    expect(compareReports(far, near).kind).toBe('passed-on')
  })

  it('says which of the two could not be asked', () => {
    const failed = createProbeReport('failed', {
      verdict: { line: 'Nobody listens' },
      connection: { measurement: undefined },
    })
    expect(compareReports(streamed(), failed)).toMatchObject({
      kind: 'failed',
      line: 'The proxy could not be asked, so there is nothing to compare',
      evidence: ['Nobody listens'],
    })
    expect(compareReports(failed, streamed()).line).toContain('The server could not be asked')
    expect(compareReports(failed, failed).line).toBe('Neither the server nor the proxy could be asked')
  })
})
