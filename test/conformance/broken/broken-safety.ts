import type { Socket } from 'node:net'
import { formatFrame, frameFlags, FrameReader, frameTypes, preface } from '../../support/http2-frame.ts'
import { type BrokenExchange, type BrokenServer, makeLines, writeRaw } from './broken-server.ts'

// Nothing comes in that time from those that never send it; milliseconds.
const SHORT = 600

/** Servers that let others write into heads and events, fall to hostile clients, or do not stop well. */
export const brokenSafety: Readonly<Record<string, readonly BrokenServer[]>> = {
  'g12-field': [
    {
      how: 'sends the value as it is',
      seen: /^injected$/,
      protocol: 'HTTP/1.1',
      answer(exchange) {
        const value = exchange.query.get('value') ?? ''
        writeRaw(
          exchange,
          `HTTP/1.1 200 OK\r\nX-Value: ${value}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
        )
        exchange.response.socket?.end()
      },
    },
    { how: 'translates what HTTP/1.1 would read', seen: /^injected$/, protocol: 'HTTP/2', answer: translate },
  ],
  'g12-event': [
    {
      how: 'sends the id as it is',
      seen: /^injected$/,
      answer({ response, query }) {
        const head = { 'content-type': 'text/event-stream' }
        response.writeHead(200, head).end(`id: ${query.get('value')}\ndata: ok\n\n`)
      },
    },
  ],
  'g13-slow-heads': [
    {
      how: 'has room for few',
      seen: /^nobody is answered$/,
      protocol: 'HTTP/1.1',
      patience: SHORT,
      answer() {},
      set(server) {
        server.maxConnections = 16
      },
    },
  ],
  'g13-large-head': [
    {
      how: 'takes heads of any size',
      seen: /^taken$/,
      protocol: 'HTTP/1.1',
      answer() {},
      options: { maxHeaderSize: 16 * 2 ** 20 },
      set(server) {
        server.maxHeadersCount = 0
      },
    },
    // Node's own refuses so many frames of one head, whatever it is told.
    {
      how: 'takes heads of any size',
      seen: /^taken$/,
      protocol: 'HTTP/2',
      answer() {},
      take: (socket) => takeHead(socket, () => socket.write(hello)),
    },
    {
      how: 'says nothing to it',
      seen: /^hangs$/,
      patience: SHORT,
      protocol: 'HTTP/1.1',
      answer() {},
      take: (socket) => socket.on('error', () => {}).resume(),
    },
    {
      how: 'says nothing to it',
      seen: /^hangs$/,
      patience: SHORT,
      protocol: 'HTTP/2',
      answer() {},
      take: (socket) => takeHead(socket, () => {}),
    },
  ],
  'g13-two-lengths': [
    {
      how: 'takes both lengths',
      seen: /^answers what is hidden$/,
      protocol: 'HTTP/1.1',
      answer() {},
      options: { insecureHTTPParser: true },
    },
  ],
  'g14-live-reply': [
    { how: 'breaks off', seen: /^200, cut$/, answer: (exchange) => stopBy(exchange, breakOff) },
  ],
  'g14-end': [
    {
      how: 'waits for ever',
      seen: /^not within \d/,
      patience: SHORT,
      answer: (exchange) => stopBy(exchange, waitForAll),
    },
    {
      how: 'goes on',
      seen: /^goes on$/,
      patience: SHORT,
      answer: (exchange) => stopBy(exchange, cutAndGoOn),
    },
  ],
}

// RFC 7541 §6.1: `:status` 200 is the eighth of the static table.
const hello = formatFrame({
  type: frameTypes.headers,
  flags: frameFlags.endHeaders | frameFlags.endStream,
  stream: 1,
  payload: Buffer.of(0x88),
})

const noSettings = formatFrame({
  type: frameTypes.settings,
  flags: 0,
  stream: 0,
  payload: Buffer.alloc(0),
})

/** Takes a head of HTTP/2, whatever its size, and calls back behind it. */
function takeHead(socket: Socket, tell: () => void): void {
  const reader = new FrameReader()
  let skip = preface.length
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => {
    const frames = bytes.subarray(skip)
    skip -= bytes.length - frames.length
    for (const { type, flags, stream } of reader.push(frames)) {
      if (type === frameTypes.settings && !(flags & frameFlags.ack)) socket.write(noSettings)
      if (stream === 1 && type !== frameTypes.windowUpdate && flags & frameFlags.endHeaders) tell()
    }
  })
}

// As a proxy does that splits the head of whom it has asked by HTTP/1.1.
function translate({ response, query }: BrokenExchange): void {
  const [value = '', ...others] = (query.get('value') ?? '').split(/[\r\n]+/)
  const fields = others.map((line) => line.split(': '))
  response.writeHead(200, { 'x-value': value, ...Object.fromEntries(fields) }).end('ok')
}

const live = new WeakMap<object, Set<BrokenExchange>>()

async function stopBy(exchange: BrokenExchange, stop: (exchange: BrokenExchange) => void): Promise<void> {
  const { path, response, server } = exchange
  if (path === '/stop') {
    response.writeHead(202).end()
    response.on('close', () => stop(exchange))
    return
  }
  const others = live.get(server) ?? new Set()
  live.set(server, others.add(exchange))
  for await (const line of makeLines(exchange)) response.write(line)
  response.end()
}

function breakOff({ server }: BrokenExchange): void {
  server.close()
  server.cutAll()
}

function waitForAll({ server }: BrokenExchange): void {
  server.close()
}

function cutAndGoOn({ server }: BrokenExchange): void {
  for (const { response, query } of live.get(server) ?? []) {
    if (query.get('ms') === '60000') response.destroy()
  }
}
