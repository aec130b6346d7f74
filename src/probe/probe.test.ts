import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lastChunk, RawServer, type RawStep, toChunk, toHead } from '../../test/support/raw-server.ts'
import type { ProbeOptions } from './measurement.ts'
import { probe } from './probe.ts'
import { formatHtmlReport } from './report/page/html-report.ts'
import { probeThrough } from './through/probe-through.ts'

const text = toHead('text/plain')
const endless: RawStep[] = [text, toChunk('a')]

describe('probe', () => {
  it.each<[string, ProbeOptions, string]>([
    ['here', {}, 'Cannot probe "here": it is no URL, write http:// before it'],
    ['ftp://host/', {}, 'Cannot probe ftp://host/: only http: and https: are known'],
    ['http://me:secret@host:port', {}, 'Cannot probe "http://…@host:port": it is no URL'],
    ['ftp://me:secret@host/', {}, 'Cannot probe ftp://…@host/: only http: and https: are known'],
    ['me:secret@host', {}, 'Cannot probe …@host: only http: and https: are known'],
    ['http://host/', { connections: 0 }, 'Cannot use 0 connections: give a whole number from 1 to 100'],
    ['http://host/', { connections: 1.5 }, 'Cannot use 1.5 connections'],
    ['http://host/', { duration: 0 }, 'Cannot watch for 0 ms: give more than 0'],
    ['http://host/', { duration: Number.NaN }, 'Cannot watch for NaN ms'],
    ['http://host/', { maxBytes: -1 }, 'Cannot stop after -1 bytes: give more than 0'],
    ['http://host/', { expect: 'much' }, 'Cannot read the expectation "much"'],
  ])('refuses %s with %j before it asks', async (url, options, message) => {
    await expect(probe(url, options)).rejects.toThrow(message)
  })

  it('tells in plain JSON what was asked and what came', async () => {
    await using server = await RawServer.open([text, toChunk('a'), lastChunk])
    const report = await probe(new URL(server.url))
    expect(report).toMatchObject({
      url: server.url,
      method: 'GET',
      isGood: true,
      verdict: { kind: 'not-streamed' },
    })
    expect(new Date(report.when).toISOString()).toBe(report.when)
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ connections: [{ measurement: { bytes: 1 } }] })
    const times = report.connections[0]?.measurement?.times
    expect(times?.started).toBeLessThan(times?.connected ?? 0)
    expect(times?.connected).toBeLessThanOrEqual(0)
    expect(times?.head).toBeGreaterThan(0)
  })

  it('shows who asks to the server alone', async () => {
    const seen: unknown[] = []
    const server = createServer(({ headers }, nodeResponse) => {
      seen.push(headers.authorization)
      nodeResponse.end('ok')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const report = await probe(`http://me:secret@${host}/`)
    const { direct, through } = await probeThrough(
      new URL(`http://${host}/`),
      new URL(`http://me:secret@${host}/`),
    )
    expect([report.url, direct.url, through.url]).toEqual(Array(3).fill(`http://${host}/`))
    const page = (await formatHtmlReport(report)) + JSON.stringify([report, direct, through])
    expect(page).not.toMatch(/secret|bWU6c2VjcmV0/)
    expect(seen.toSorted()).toEqual(['Basic bWU6c2VjcmV0', 'Basic bWU6c2VjcmV0', undefined])
  })

  it('asks over several connections at once, and is as good as the worst of them', async () => {
    await using server = await RawServer.open([text, toChunk('a'), lastChunk])
    const seen: number[] = []
    const report = await probe(server.url, {
      connections: 3,
      onHead: (_, connection) => seen.push(connection),
    })
    expect(report.connections).toHaveLength(3)
    expect(seen.toSorted()).toEqual([0, 1, 2])
    await using cut = await RawServer.open([text, toChunk('a'), 'end'])
    expect(await probe(cut.url, { connections: 2 })).toMatchObject({
      isGood: false,
      verdict: { kind: 'cut-off' },
    })
  })

  it('leaves after its bytes, its time, or when it is told', async () => {
    await using server = await RawServer.open(endless)
    const controller = new AbortController()
    const reports = await Promise.all([
      probe(server.url, { maxBytes: 1 }),
      probe(server.url, { duration: 100 }),
      probe(server.url, { signal: controller.signal, onBlock: () => controller.abort() }),
    ])
    const endings = reports.map(({ connections }) => connections[0]?.measurement?.ending)
    expect(endings).toEqual([
      { kind: 'left', because: 'bytes' },
      { kind: 'left', because: 'duration' },
      { kind: 'left', because: 'signal' },
    ])
    expect(reports.every(({ isGood }) => isGood)).toBe(true)
  })

  it('asks nobody once it was stopped', async () => {
    const { connections, verdict } = await probe('http://127.0.0.1:9/', { signal: AbortSignal.abort() })
    expect(verdict.kind).toBe('failed')
    expect(connections[0]?.fault?.kind).toBe('aborted')
  })

  it('is told to stop before a reply came', async () => {
    await using server = await RawServer.open([])
    const { verdict } = await probe(server.url, { signal: AbortSignal.timeout(100) })
    expect(verdict).toMatchObject({ kind: 'failed', line: 'The probe was stopped before a reply came' })
  })

  it('is not good where an expectation is not met', async () => {
    await using server = await RawServer.open([text, toChunk('a'), lastChunk])
    expect(await probe(server.url, { expect: '1 block' })).toMatchObject({ isGood: true })
    const missed = await probe(server.url, { expect: 'at least 2 blocks, 1 line' })
    expect(missed).toMatchObject({ isGood: false, verdict: { isGood: true } })
    expect(missed.connections[0]?.expectations).toEqual([
      { text: 'at least 2 blocks', isMet: false, line: 'It was 1 block' },
      { text: '1 line', isMet: false, line: 'It was 0 lines' },
    ])
  })

  it('rejects with what a callback has thrown', async () => {
    await using server = await RawServer.open(endless)
    const onBlock = (): void => {
      throw new Error('It breaks on purpose')
    }
    await expect(probe(server.url, { onBlock })).rejects.toThrow('It breaks on purpose')
  })
})
