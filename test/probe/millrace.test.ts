import { setTimeout as wait } from 'node:timers/promises'
import { csv, html, json, multipart, ndjson, reply, sse, stream } from 'millrace'
import { stack } from 'millrace/gateway'
import { compress } from 'millrace/middleware'
import { probe, type ProbeOptions } from 'millrace/probe'
import type { Routes } from 'millrace/gateway'
import { describe, expect, it } from 'vitest'
import { isHttp2, testCertificate } from '../support/connect-client.ts'
import type { Protocol } from '../support/test-client.ts'
import { openTestServer } from '../support/test-server.ts'

async function* inRhythm<T>(make: (index: number) => T): AsyncGenerator<T> {
  for (let index = 0; index < 4; index++) {
    await wait(50)
    yield make(index)
  }
}

async function* failing(): AsyncGenerator<string> {
  yield* inRhythm(() => 'block')
  throw new Error('It breaks on purpose')
}

async function* parked(signal: AbortSignal, onClose: () => void): AsyncGenerator<string> {
  try {
    yield 'block'
    await wait(60_000, undefined, { signal })
  } finally {
    onClose()
  }
}

const fields = { headers: { 'content-type': 'text/plain' } }

const routes: Routes = {
  '/text': () =>
    stream(
      inRhythm((index) => `${index}\n`),
      fields,
    ),
  '/csv': () => csv(inRhythm((index) => ({ index, double: index * 2 }))),
  '/ndjson': () => ndjson(inRhythm((index) => ({ index }))),
  '/json': () => json({ rows: inRhythm((index) => ({ index })) }),
  '/sse': () => sse(inRhythm((index) => ({ data: String(index) }))),
  '/html': () => html`<!doctype html><html>${inRhythm((index) => html`<p>${index}</p>`)}</html>`,
  '/multipart': () => multipart(inRhythm((index) => ({ body: String(index) }))),
  '/compressed': stack(
    () =>
      stream(
        inRhythm((index) => `${index}\n`),
        fields,
      ),
    [compress()],
  ),
  '/hello': () => 'Hello, world',
  '/failing': () => stream(failing, fields),
  '/missing': () => reply('no', { status: 404 }),
}

const expected: [path: string, kind: string, format: string][] = [
  ['/text', 'streamed', 'text'],
  ['/csv', 'streamed', 'csv'],
  ['/ndjson', 'streamed', 'ndjson'],
  ['/json', 'streamed', 'json'],
  ['/sse', 'streamed', 'sse'],
  ['/html', 'streamed', 'html'],
  ['/multipart', 'streamed', 'multipart'],
  ['/compressed', 'streamed', 'text'],
  ['/hello', 'not-streamed', 'text'],
  ['/failing', 'cut-off', 'text'],
  ['/missing', 'failed', 'text'],
]

const ways: [name: string, protocol: Protocol, transmitter: 'inline' | 'thread'][] = [
  ['HTTP/1.1', 'HTTP/1.1', 'inline'],
  ['HTTP/1.1, thread', 'HTTP/1.1', 'thread'],
  ['HTTP/1.1, TLS', 'HTTP/1.1, TLS', 'inline'],
  ['HTTP/2, TLS', 'HTTP/2, TLS', 'inline'],
  ['h2c', 'h2c', 'inline'],
]

describe.each(ways)('probe on millrace, %s', (_, protocol, transmitter) => {
  const options: ProbeOptions = {
    ca: testCertificate.cert,
    protocol: isHttp2(protocol) ? 'HTTP/2' : 'HTTP/1.1',
  }

  it('G1: sees every kind of reply as it is made', async () => {
    await using server = await openTestServer({ routes, transmitter }, protocol)
    const base = toLocal(server.url)
    const reports = await Promise.all(expected.map(([path]) => probe(base + path, options)))
    const found = reports.map(({ url, verdict, connections }) => [
      new URL(url).pathname,
      verdict.kind,
      connections[0]?.measurement?.format,
    ])
    expect(found).toEqual(expected)
    const measured = reports.map(({ connections }) => connections[0]?.measurement)
    expect(measured.every((one) => one?.isSecure === protocol.endsWith('TLS'))).toBe(true)
  })

  it('G10: leaves what never ends, and the source is closed', async () => {
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>()
    const endless: Routes = { '/': () => stream(({ signal }) => parked(signal, onClose), fields) }
    await using server = await openTestServer({ routes: endless, transmitter }, protocol)
    const { verdict, connections } = await probe(toLocal(server.url), { ...options, duration: 200 })
    expect(verdict).toMatchObject({ kind: 'streamed', isGood: true })
    expect(connections[0]?.measurement?.ending).toEqual({ kind: 'left', because: 'duration' })
    await closed
  })
})

// The certificate is for this name.
function toLocal(url: string): string {
  return url.replace('127.0.0.1', 'localhost')
}
