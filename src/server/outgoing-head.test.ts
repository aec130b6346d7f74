import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../../test/support/raw-client.ts'
import { ContractError } from '../delivery/errors.ts'
import type { Framing } from '../delivery/framing.ts'
import type { FirstBlock } from '../delivery/sink.ts'
import { reply, type Reply, stream } from '../reply/reply.ts'
import { HttpWire } from './http1/http-wire.ts'
import { OutgoingHead } from './outgoing-head.ts'

const text: FirstBlock = { content: 'text', bytes: 3 }
const unknown: FirstBlock = { content: 'unknown', bytes: 0 }
const chunked: Framing = { kind: 'chunked' }
const none: Framing = { kind: 'none' }
const five: Framing = { kind: 'length', bytes: 5 }

interface Given {
  status?: number
  headers?: [string, string][]
  statusText?: string
}

/** A reply of millrace that is streamed, and the same of another origin. */
const kinds = {
  Reply: (init: Given): Response => stream([].values(), init),
  'foreign Response': (init: Given): Response => new Response(null, init),
} as const

// A request as node:http has parsed it, with the client that has sent it; both are gone after the test.
async function receive(line: string, ...fields: string[]) {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  const server = createServer((_, response) => resolve(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  client.send([line, 'Host: test', ...fields, '', ''].join('\r\n'))
  return { client, nodeResponse: await promise }
}

/** Sends a head alone and gives what the client sees of it. */
async function sendHead(response: Response, first: FirstBlock = text, line = 'GET / HTTP/1.1') {
  const { client, nodeResponse } = await receive(line, 'Connection: close')
  const head = new OutgoingHead(response, new HttpWire(nodeResponse))
  head.write(head.frame(first))
  nodeResponse.end()
  const { text: received } = await client.toEnd()
  const [statusLine = '', ...lines] = (received.split('\r\n\r\n')[0] ?? '').split('\r\n')
  return { statusLine, lines: lines.map((field) => field.toLowerCase()) }
}

function codeOf(task: () => unknown): string | undefined {
  try {
    task()
  } catch (error) {
    if (error instanceof ContractError) return error.code
    throw error
  }
  return undefined
}

describe.each(['Reply', 'foreign Response'] as const)('OutgoingHead of a %s', (kind) => {
  const make = kinds[kind]

  const length = (value: string): [string, string][] => [['content-length', value]]
  const rows: [string, Given, number | undefined, Framing, Framing][] = [
    ['no length', {}, undefined, chunked, { kind: 'close' }],
    ['a known length', {}, 5, five, five],
    ['a length announced', { headers: length('5') }, undefined, five, five],
    ['a length announced and known', { headers: length('5') }, 5, five, five],
    ['a length announced with zeros', { headers: length('0005') }, 5, five, five],
    ['an error status', { status: 404 }, undefined, chunked, { kind: 'close' }],
    ['an error status and a length', { status: 500 }, 5, five, five],
    ['204', { status: 204 }, undefined, none, none],
    ['204 and a known length', { status: 204 }, 5, none, none],
    ['304', { status: 304 }, undefined, none, none],
    ['304 and a length that is not the one known', { status: 304, headers: length('7') }, 5, none, none],
  ]

  it.each(rows)('G8: frames %s', async (_, given, known, framing, framingOld) => {
    for (const method of ['GET', 'POST', 'DELETE', 'HEAD']) {
      for (const [version, expected] of [
        ['1.1', framing],
        ['1.0', framingOld],
      ] as const) {
        const { nodeResponse } = await receive(`${method} / HTTP/${version}`)
        const made = new OutgoingHead(make(given), new HttpWire(nodeResponse)).frame(text, known)
        expect([method, version, made]).toEqual([method, version, method === 'HEAD' ? none : expected])
      }
    }
  })

  it('G8: frames a body without any block as one of no bytes', async () => {
    const { nodeResponse } = await receive('GET / HTTP/1.1')
    const head = new OutgoingHead(make({}), new HttpWire(nodeResponse))
    expect(head.frame({ content: 'empty', bytes: 0 })).toEqual({ kind: 'length', bytes: 0 })
  })

  it.each(['abc', '-1', '+1', '1.5', '0x10', '1e3', '', '5, 5', '1234567890123456'])(
    'G6: refuses a Content-Length of "%s"',
    async (value) => {
      const { nodeResponse } = await receive('GET / HTTP/1.1')
      const head = new OutgoingHead(make({ headers: length(value) }), new HttpWire(nodeResponse))
      expect(codeOf(() => head.frame(text))).toBe('G6')
    },
  )

  it.each(['GET', 'HEAD'])(
    'G6: refuses to %s a known length that is not the one announced',
    async (method) => {
      const { nodeResponse } = await receive(`${method} / HTTP/1.1`)
      const head = new OutgoingHead(make({ headers: length('6') }), new HttpWire(nodeResponse))
      expect(() => head.frame(text, 5)).toThrow('G6: Cannot send a body of 5 bytes: Content-Length is 6')
    },
  )

  it.each(['a\u0001b', 'a\u007fb', '\u001b[31m'])(
    'G12: refuses %j in a value, before anything is written',
    async (value) => {
      const { nodeResponse } = await receive('GET / HTTP/1.1')
      const head = new OutgoingHead(make({ headers: [['x-note', value]] }), new HttpWire(nodeResponse))
      expect(() => head.write(head.frame(text))).toThrow(/x-note/)
      expect(nodeResponse.headersSent).toBe(false)
    },
  )

  it('leaves nothing behind when it cannot be sent: the next one has its own reason', async () => {
    const { client, nodeResponse } = await receive('GET / HTTP/1.1')
    const failing = new OutgoingHead(
      make({ statusText: 'Fine', headers: [['x', '\u0001']] }),
      new HttpWire(nodeResponse),
    )
    expect(() => failing.write(failing.frame(text))).toThrow(/x/)
    const next = new OutgoingHead(new Response(null, { status: 500 }), new HttpWire(nodeResponse))
    next.write(next.frame(text, 0))
    nodeResponse.end()
    expect((await client.reply()).statusLine).toBe('HTTP/1.1 500 Internal Server Error')
  })

  it('writes a reason of its own, and the usual one where there is none', async () => {
    expect((await sendHead(make({ statusText: 'Gl\u00fcck' }))).statusLine).toBe('HTTP/1.1 200 Gl\u00fcck')
    expect((await sendHead(make({ status: 404 }))).statusLine).toBe('HTTP/1.1 404 Not Found')
    expect((await sendHead(make({ status: 299 }))).statusLine).toMatch(/^HTTP.1.1 299 /)
  })

  it('keeps two cookies as two fields, and joins other fields', async () => {
    const headers: [string, string][] = [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2; Path=/'],
      ['vary', 'Accept'],
      ['vary', 'Cookie'],
    ]
    const { lines } = await sendHead(make({ headers }))
    expect(lines.filter((line) => /^(set-cookie|vary)/.test(line))).toEqual([
      'set-cookie: a=1',
      'set-cookie: b=2; path=/',
      'vary: accept, cookie',
    ])
  })

  it('adds a date, and keeps the one that there is', async () => {
    const dates = async (headers: [string, string][]) =>
      (await sendHead(make({ headers }))).lines.filter((line) => line.startsWith('date:'))
    expect(await dates([])).toHaveLength(1)
    expect(await dates([['date', 'long ago']])).toEqual(['date: long ago'])
  })

  it('keeps the type and the other fields that are there', async () => {
    const given: [string, string][] = [
      ['content-type', 'text/csv'],
      ['x-accel-buffering', 'yes'],
      ['x-content-type-options', 'none'],
    ]
    const { lines } = await sendHead(make({ headers: given }))
    const kept = lines.filter((line) => /^(content-type|x-)/.test(line))
    expect(kept.toSorted()).toEqual(given.map(([name, value]) => `${name}: ${value}`).toSorted())
  })

  it.each([
    ['text', 'text/plain;charset=utf-8'],
    ['bytes', 'application/octet-stream'],
    ['unknown', undefined],
    ['empty', undefined],
  ] as const)('gives %s its type: %s', async (content, type) => {
    const { lines } = await sendHead(make({}), { content, bytes: 0 })
    expect(lines.find((line) => line.startsWith('content-type'))).toBe(type && `content-type: ${type}`)
  })

  it.each([204, 304])('gives a %i neither a type nor a length', async (status) => {
    const { lines } = await sendHead(make({ status }))
    expect(lines.filter((line) => /^(content-|x-content|transfer)/.test(line))).toEqual([])
  })

  it.each(['1.0', '1.1'])('does not keep a connection of HTTP/%s that is to be closed', async (version) => {
    const { client, nodeResponse } = await receive(`GET / HTTP/${version}`, 'Connection: keep-alive')
    const head = new OutgoingHead(make({}), new HttpWire(nodeResponse), { mayStay: () => false })
    head.write(head.frame(text, 0))
    nodeResponse.end()
    expect((await client.reply()).headers.get('connection')).toBe('close')
    expect((await client.toEnd()).how).toBe('end')
  })
})

const connectionFields = [
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'TE',
  'Transfer-Encoding',
  'Upgrade',
]

describe('OutgoingHead', () => {
  it.each(connectionFields)('G8: refuses %s in a Reply', async (name) => {
    const { nodeResponse } = await receive('GET / HTTP/1.1')
    const made: Reply = reply('x', { headers: { [name]: 'x' } })
    expect(codeOf(() => new OutgoingHead(made, new HttpWire(nodeResponse)).frame(text))).toBe('G8')
  })

  it.each(connectionFields)('G8: leaves %s of a foreign Response out', async (name) => {
    const { lines } = await sendHead(
      new Response(null, { headers: { [name]: 'foreign', 'x-other': 'kept' } }),
    )
    expect(lines.filter((line) => line.includes('foreign'))).toEqual([])
    expect(lines).toContain('x-other: kept')
    expect(lines).toContain('transfer-encoding: chunked')
  })

  it.each([
    [
      'a streamed Reply',
      () => stream(['x'].values()),
      ['x-accel-buffering: no', 'x-content-type-options: nosniff'],
    ],
    [
      'a streamed Reply with a type',
      () => stream([].values(), { headers: { 'content-type': 'a/b' } }),
      ['x-accel-buffering: no'],
    ],
    ['a buffered Reply', () => reply('x'), []],
    ['a foreign Response', () => new Response(null), []],
  ])('keeps proxies and browsers from holding back %s', async (_, make, expected) => {
    const { lines } = await sendHead(make(), unknown)
    expect(lines.filter((line) => line.startsWith('x-'))).toEqual(expected)
  })

  it('G3: seals a Reply when it is written, and not before', async () => {
    const { nodeResponse } = await receive('GET / HTTP/1.1')
    const made = stream([].values())
    const head = new OutgoingHead(made, new HttpWire(nodeResponse))
    const framing = head.frame(text)
    made.headers.set('x-late', 'but not too late')
    head.write(framing)
    expect(codeOf(() => made.headers.set('x-later', 'x'))).toBe('G3')
    expect(codeOf(() => made.headers.append('x-later', 'x'))).toBe('G3')
    expect(codeOf(() => made.headers.delete('x-late'))).toBe('G3')
    expect(codeOf(() => made.setStatus(201))).toBe('G3')
  })

  it('does not touch a foreign Response', async () => {
    const response = new Response(null)
    await sendHead(response)
    response.headers.set('x-later', 'x')
    expect([...response.headers.keys()]).toEqual(['x-later'])
  })

  it('refuses the status of Response.error(), which is none', async () => {
    const { nodeResponse } = await receive('GET / HTTP/1.1')
    const head = new OutgoingHead(Response.error(), new HttpWire(nodeResponse))
    expect(() => head.frame(text)).toThrow('Cannot send a response of status 0: Response.error() has no head')
    expect(nodeResponse.headersSent).toBe(false)
  })
})
