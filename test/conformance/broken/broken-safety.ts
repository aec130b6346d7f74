import { type BrokenExchange, type BrokenServer, makeLines, writeRaw } from './broken-server.ts'

// Nothing comes in that time from those that never send it; milliseconds.
const SHORT = 600

/** Servers that let others write into heads and events, fall to hostile clients, or do not stop well. */
export const brokenSafety: Readonly<Record<string, readonly BrokenServer[]>> = {
  'g12-field': [
    {
      how: 'sends the value as it is',
      seen: /^injected$/,
      answer(exchange) {
        const value = exchange.query.get('value') ?? ''
        writeRaw(
          exchange,
          `HTTP/1.1 200 OK\r\nX-Value: ${value}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
        )
        exchange.response.socket?.end()
      },
    },
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
      answer() {},
      options: { maxHeaderSize: 16 * 2 ** 20 },
      set(server) {
        server.maxHeadersCount = 0
      },
    },
  ],
  'g13-two-lengths': [
    {
      how: 'takes both lengths',
      seen: /^answers what is hidden$/,
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
  server.closeAllConnections()
}

function waitForAll({ server }: BrokenExchange): void {
  server.close()
}

function cutAndGoOn({ server }: BrokenExchange): void {
  for (const { response, query } of live.get(server) ?? []) {
    if (query.get('ms') === '60000') response.destroy()
  }
}
