import { gzipSync } from 'node:zlib'
import { probe, type ProbeOptions, type VerdictKind } from 'millrace/probe'
import { beforeAll, describe, expect, it } from 'vitest'
import { testCertificate } from '../support/connect-client.ts'
import { lastChunk, RawServer, type RawStep, toChunk, toHead } from '../support/raw-server.ts'

// The servers here misbehave on purpose. The pauses are the only real time: what is judged is set apart by ten times as much.

type Row = [
  what: string,
  steps: readonly RawStep[],
  kind: VerdictKind,
  line: string | RegExp,
  options?: ProbeOptions,
]

const text = toHead('text/plain')
const sse = toHead('text/event-stream')
const gzipped = gzipSync('one\ntwo\nthree\nfour\n')
const rhythm = (step: number, ...blocks: string[]): RawStep[] =>
  blocks.flatMap((block) => [step, toChunk(block)])
const burst = (...blocks: string[]): Buffer => Buffer.concat(blocks.map(toChunk))
const event = (data: number): string => `data: ${data}\n\n`
const short: ProbeOptions = { duration: 300 }

const rows: Row[] = [
  [
    'a good stream',
    [text, ...rhythm(60, 'a', 'b', 'c', 'd'), lastChunk],
    'streamed',
    /^Streamed: 4 blocks came over/,
  ],
  [
    'one that holds to the end',
    [text, 600, burst('a\n', 'b\n', 'c\n', 'd\n'), lastChunk],
    'held-to-the-end',
    'all 4 blocks came together',
  ],
  [
    'one that holds its head, too',
    [600, sse, toChunk(event(1) + event(2)), lastChunk],
    'held-to-the-end',
    'all 2 events came together',
  ],
  [
    'one that collects its records',
    [600, toHead('text/csv', 'Content-Length: 12'), 'a,b\n1,2\n3,4\n'],
    'held-to-the-end',
    'all 3 records came together',
  ],
  [
    'one that sends in bursts',
    [text, 90, burst('a', 'b', 'c'), 90, burst('d', 'e', 'f'), 90, burst('g', 'h', 'i'), lastChunk],
    'held-in-bursts',
    /^Held in bursts of 3 blocks, \d+ ms apart/,
  ],
  [
    'a compressor that holds',
    [
      toHead('text/plain', 'Content-Encoding: gzip'),
      toChunk(gzipped.subarray(0, 10)),
      600,
      toChunk(gzipped.subarray(10)),
      lastChunk,
    ],
    'held-to-the-end',
    'Held back to the end by the compressor',
  ],
  [
    'a quick whole reply',
    [toHead('text/plain', 'Content-Length: 2'), 'ok'],
    'not-streamed',
    'One whole reply at once',
  ],
  [
    'one that never ends',
    [sse, ...rhythm(50, ...[1, 2, 3, 4].map(event))],
    'streamed',
    /^Streamed: \d events came/,
    short,
  ],
  ['one that sends a head and nothing else', [sse], 'silent', 'Nothing of the body came', short],
  ['one that never answers', [], 'silent', 'No reply came in the 300 ms', short],

  [
    'one that closes in the middle',
    [text, toChunk('a'), 60, toChunk('b'), 'end'],
    'cut-off',
    /^Cut off after 2 bytes in 2 blocks: /,
  ],
  [
    'one that resets in the middle',
    [text, toChunk('a'), 60, 'reset'],
    'cut-off',
    /^Cut off after 1 byte in 1 block: .*reset/,
  ],
  ['one that closes after its head', [text, 'end'], 'cut-off', 'Cut off after the head'],
  [
    'a Content-Length that is too large',
    [toHead('text/plain', 'Content-Length: 10'), '12345', 'end'],
    'cut-off',
    'Cut off after 5 bytes',
  ],
  [
    'a Content-Length that is too small',
    [toHead('text/plain', 'Content-Length: 5'), '12345678'],
    'cut-off',
    'after the 5 bytes of its Content-Length came 3 more bytes',
  ],
  ['a chunk that is larger than it says', [text, '3\r\n12345\r\n', lastChunk], 'cut-off', /^Cut off after/],
  [
    'a chunk size that is none',
    [text, toChunk('a'), 'seven\r\n1234567\r\n', lastChunk],
    'cut-off',
    /^Cut off after 1 byte in 1 block/,
  ],

  [
    'CSV without its last line end',
    [toHead('text/csv'), ...rhythm(50, 'a,b\n', '1,2\n', '3,4'), lastChunk],
    'looks-complete',
    'Looks complete but is not: its last record has no line end',
  ],
  [
    'CSV with a record that is cut',
    [toHead('text/csv'), ...rhythm(50, 'a,b\n', '1,2\n', '3'), lastChunk],
    'looks-complete',
    'it has 1 of 2 fields',
  ],
  [
    'CSV with a quote that is open',
    [toHead('text/csv'), ...rhythm(50, 'a,b\n', '1,"2'), lastChunk],
    'looks-complete',
    'a quoted field is still open',
  ],
  [
    'JSON that is cut open',
    [toHead('application/json'), ...rhythm(50, '[{"a":1}', ',{"a":'), lastChunk],
    'looks-complete',
    '2 brackets are not closed',
  ],
  [
    'NDJSON whose last line is cut',
    [toHead('application/x-ndjson'), ...rhythm(50, '{"a":1}\n', '{"a'), lastChunk],
    'looks-complete',
    'its last line is cut',
  ],
  [
    'NDJSON that ends with an error',
    [toHead('application/x-ndjson'), ...rhythm(50, '{"a":1}\n', '{"error":"no"}\n'), lastChunk],
    'looks-complete',
    'its last record is an error',
  ],
  [
    'SSE without an end',
    [sse, ...rhythm(50, event(1), 'data: 2\n'), lastChunk],
    'looks-complete',
    'no blank line behind it',
  ],
  [
    'multipart without its last boundary',
    [toHead('multipart/mixed; boundary=b'), ...rhythm(50, '--b\r\n\r\n1\r\n', '--b\r\n\r\n2'), lastChunk],
    'looks-complete',
    'closing boundary is missing',
  ],
  [
    'gzip without its trailer',
    [toHead('text/plain', 'Content-Encoding: gzip'), toChunk(gzipped.subarray(0, -8)), lastChunk],
    'looks-complete',
    'its gzip is cut: the end of it is missing',
  ],
  [
    'gzip that is none',
    [toHead('text/plain', 'Content-Encoding: gzip'), toChunk('hello, world'), lastChunk],
    'looks-complete',
    'its gzip cannot be decoded',
  ],

  [
    'an error page',
    ['HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'],
    'failed',
    'The server answered 503 Busy',
  ],
  [
    'a redirect',
    ['HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n'],
    'failed',
    'ask /b in its place',
  ],
  [
    'one that hangs up at once',
    ['end'],
    'failed',
    /^No reply came: The server closed the connection without a reply$/,
  ],
  [
    'one that speaks something else',
    ['SSH-2.0-OpenSSH_9.6\r\n'],
    'failed',
    /^No reply came: The server speaks SSH on this port, not HTTP: ask at another one$/,
  ],
]

// What is loaded and compiled with the first connection would look like a slow network.
beforeAll(async () => {
  await using server = await RawServer.open([toHead('text/plain', 'Content-Length: 2'), 'ok'])
  await probe(server.url)
})

describe.concurrent('probe', () => {
  it.concurrent.each(rows)('finds out %s', async (_, steps, kind, line, options = {}) => {
    await using server = await RawServer.open(steps)
    const report = await probe(server.url, { duration: 5000, ...options })
    expect(report.verdict).toMatchObject({ kind, line: expect.stringMatching(line) })
    expect(report.isGood).toBe(kind === 'streamed' || kind === 'not-streamed')
  })

  it.concurrent('says that only closing has ended a body, which a cut would do as well', async () => {
    const head = 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n'
    await using server = await RawServer.open([head, 60, 'a', 60, 'b', 60, 'c', 'end'])
    const { verdict } = await probe(server.url)
    expect(verdict.kind).toBe('streamed')
    expect(verdict.evidence).toContain(
      'only the closing of the connection has ended it: a cut would look the same',
    )
  })

  it.concurrent('compares with what was expected, over TLS as well', async () => {
    const steps = [text, ...rhythm(100, 'a', 'b', 'c', 'd'), lastChunk]
    await using server = await RawServer.open(steps, { isSecure: true })
    const expectation = 'every 150ms, first within 2s, 5 blocks'
    const { isGood, verdict, connections } = await probe(server.url, {
      ca: testCertificate.cert,
      expect: expectation,
    })
    expect(verdict).toMatchObject({ kind: 'streamed', isGood: true })
    expect(connections[0]?.expectations.map(({ isMet }) => isMet)).toEqual([true, true, false])
    expect(connections[0]?.measurement?.times.secured).toBeLessThanOrEqual(0)
    expect(isGood).toBe(false)
  })

  it.concurrent('cannot ask a server whose certificate nobody vouches for', async () => {
    await using server = await RawServer.open([text, toChunk('a'), lastChunk], { isSecure: true })
    const refused = await probe(server.url)
    expect(refused.verdict).toMatchObject({ kind: 'failed', isGood: false })
    const message =
      `Cannot connect to localhost:${server.port}: the server's certificate is self-signed. ` +
      'Trust it with --ca (option ca), or take any certificate with --insecure (option insecure)'
    expect(refused.verdict.line).toBe(message)
    expect(refused.connections[0]?.fault).toEqual({ kind: 'tls', message })
    expect((await probe(server.url, { insecure: true })).verdict.kind).toBe('not-streamed')
  })

  it.concurrent('cannot ask over TLS who does not speak it', async () => {
    await using server = await RawServer.open(['HTTP/1.1 400 Bad Request\r\n\r\n', 'end'])
    const { connections } = await probe(server.url.replace('http:', 'https:'))
    const message = `Cannot connect to 127.0.0.1:${server.port}: the server does not speak TLS on this port. Ask with http: in place of https:`
    expect(connections[0]?.fault).toEqual({ kind: 'tls', message })
  })

  it.concurrent('cannot ask a host that is not there, nor a port that nobody listens on', async () => {
    const unknown = await probe('http://no-such-host.invalid/')
    expect(unknown.connections[0]?.fault?.kind).toBe('name')
    expect(unknown.verdict.line).toContain('no-such-host.invalid')
    const server = await RawServer.open([])
    const { url } = server
    await server[Symbol.asyncDispose]()
    const refused = await probe(url)
    expect(refused).toMatchObject({ isGood: false, verdict: { kind: 'failed' } })
    expect(refused.connections[0]?.fault?.kind).toBe('refused')
  })
})
