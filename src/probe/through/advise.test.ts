import { describe, expect, it } from 'vitest'
import { createProbeReport } from '../../../test/support/create-probe-report.ts'
import { advise, adviseOnReport, troublesOf } from './advise.ts'
import { recogniseServers, serverNames } from './recognise-servers.ts'
import { settings, type Trouble } from './settings.ts'

describe('advise', () => {
  it('puts first what fits the trouble best', () => {
    const servers = recogniseServers([['server', 'Apache']])
    const first = (troubles: Trouble[]) => advise(servers, troubles)[0]?.settings[0]?.setting
    expect(first(['compressed', 'held'])).toBe('SetEnv no-gzip 1')
    expect(first(['held'])).toBe('ProxyPass … flushpackets=on')
    expect(first(['cut'])).toBe('ProxyTimeout 3600')
  })

  it('speaks of each server that the reply names', () => {
    const servers = recogniseServers([
      ['cf-ray', '1-FRA'],
      ['x-powered-by', 'Next.js'],
    ])
    expect(advise(servers, ['held']).map(({ server }) => server)).toEqual(['Cloudflare', 'Next.js'])
  })

  it('guesses where a named server has no such setting', () => {
    const servers = recogniseServers([['x-powered-by', 'Next.js']])
    expect(advise(servers, ['hidden']).map(({ server, field }) => [server, field])).toEqual([
      ['HAProxy', undefined],
      ['nginx', undefined],
    ])
  })
})

describe('adviseOnReport', () => {
  it('speaks of the server that a held reply names', () => {
    const report = createProbeReport('held-to-the-end', { measurement: { fields: [['x-varnish', '1']] } })
    expect(adviseOnReport(report)).toMatchObject([{ server: 'Varnish', field: 'x-varnish: 1' }])
  })

  it('is silent where nothing is wrong, or nobody is named', () => {
    const fields = [['server', 'nginx'] as const]
    expect(adviseOnReport(createProbeReport('streamed', { measurement: { fields } }))).toEqual([])
    expect(adviseOnReport(createProbeReport('held-to-the-end'))).toEqual([])
  })
})

describe('troublesOf', () => {
  it('blames a time limit only for what is cut after a silence', () => {
    const cutAt = (end: number) => {
      const times = { started: -2, connected: -1, head: 10, lastBlock: 620, end }
      return createProbeReport('cut-off', {
        measurement: { times, ending: { kind: 'cut', by: 'reset', message: '' } },
      })
    }
    expect(troublesOf(cutAt(700))).toEqual([])
    expect(troublesOf(cutAt(10_620))).toEqual(['cut'])
  })
})

describe('settings', () => {
  it('has what may hold, for each server, with a page of its maker', () => {
    const held = settings.filter(({ troubles }) => troubles.includes('held')).map(({ server }) => server)
    expect(new Set(held)).toEqual(new Set(Object.keys(serverNames)))
    for (const { source } of settings) expect(new URL(source).protocol).toBe('https:')
  })
})
