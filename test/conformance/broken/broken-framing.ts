import { createGzip } from 'node:zlib'
import {
  type BrokenExchange,
  type BrokenServer,
  makeLines,
  number,
  SECRET,
  writeRaw,
} from './broken-server.ts'

const text = { 'content-type': 'text/plain; charset=utf-8' }

// Nothing comes in that time from those that never send it; milliseconds.
const SHORT = 1000

/** Servers whose heads, ends and lengths are wrong. */
export const brokenFraming: Readonly<Record<string, readonly BrokenServer[]>> = {
  'g3-fails-first': [
    { how: 'sends the head before it knows', seen: /^200, cut$/, answer: failBehindHead },
    { how: 'ends the empty body', seen: /^200, complete, without a body$/, answer: endAtFailure },
    { how: 'says nothing', seen: /^closed without a reply$/, answer: ({ response }) => response.destroy() },
  ],
  'g3-late-head': [
    {
      how: 'sends the head at once',
      seen: /^200, no field$/,
      answer: ({ response }) => response.writeHead(200).end('late\n'),
    },
  ],
  'g4-cut': [
    { how: 'ends the body', seen: /^complete body after failure$/, answer: endAtFailure },
    { how: 'leaves it open', seen: /^(?:200, )?hangs$/, patience: SHORT, answer: hangAtFailure },
  ],
  'g4-http10': [
    { how: 'closes', seen: /^HTTP\/1\.0: looks complete$/, protocol: 'HTTP/1.1', answer: closeAtFailure },
  ],
  'g4-length': [{ how: 'leaves it open', seen: /^(?:200, )?hangs$/, patience: SHORT, answer: hangAtFailure }],
  'g4-events': [{ how: 'ends the stream', seen: /^complete body after failure$/, answer: endAtFailure }],
  'g4-compressed': [
    { how: 'finishes the compressor', seen: /^complete body after failure$/, answer: endCompressed },
    { how: 'finishes it, and cuts', seen: /^cut, but the gzip is finished$/, answer: endCompressedAndCut },
  ],
  'g4-secret': [{ how: 'sends the text of the error', seen: /^shown$/, answer: showError }],
  'g6-short': [{ how: 'leaves it open', seen: /^(?:200, )?hangs$/, patience: SHORT, answer: writeAndHang }],
  'g6-long': [
    {
      how: 'sends all',
      seen: /^(?:bytes of a body|128 bytes of 48)$/,
      answer: (exchange) => writeWithLength(exchange, 48, 128),
    },
    {
      how: 'sends too little, and waits',
      seen: /^(?:200, )?hangs$/,
      patience: SHORT,
      answer: (exchange) => writeWithLength(exchange, 48, 32),
    },
  ],
  'g6-reached': [{ how: 'asks on', seen: /^the source goes on$/, answer: askOn }],
  'g7-head': [
    { how: 'sends a body', seen: /^bytes of a body$/, protocol: 'HTTP/1.1', answer: writeHeadWithBody },
    { how: 'waits for the source', seen: /^hangs$/, patience: SHORT, answer: waitForSource },
  ],
  'g7-head-source': [{ how: 'runs the source', seen: /^run$/, answer: waitForSource }],
  'g7-204': [
    {
      how: 'sends a body',
      seen: /^bytes of a body$/,
      protocol: 'HTTP/1.1',
      answer: (exchange) => writeStatus(exchange, '204 No Content'),
    },
    {
      how: 'says how it is framed',
      seen: /^204 with content-length$/,
      // node:http2 leaves it out.
      protocol: 'HTTP/1.1',
      answer: ({ response }) => response.writeHead(204, { 'content-length': 0 }).end(),
    },
    { how: 'makes it 200', seen: /^200, complete body$/, answer: ({ response }) => response.end('text') },
  ],
  'g7-304': [
    {
      how: 'sends a body',
      seen: /^bytes of a body$/,
      protocol: 'HTTP/1.1',
      answer: (exchange) => writeStatus(exchange, '304 Not Modified'),
    },
    { how: 'makes it 200', seen: /^200, complete body$/, answer: ({ response }) => response.end('text') },
  ],
  'g8-http10': [{ how: 'sends chunks', seen: /^chunked$/, protocol: 'HTTP/1.1', answer: writeChunks }],
  'g8-length': [
    { how: 'sends chunks as well', seen: /^two framings$/, protocol: 'HTTP/1.1', answer: writeBoth },
    { how: 'loses the length', seen: /^0 of 96 bytes$/, answer: ({ response }) => response.end() },
  ],
  'g8-empty': [
    { how: 'sends a chunk of no bytes', seen: /^"a"$/, protocol: 'HTTP/1.1', answer: writeEmptyChunk },
    { how: 'ends there', seen: /^"a"$/, answer: ({ response }) => response.end('a') },
  ],
}

function failBehindHead({ response, cut }: BrokenExchange): void {
  response.writeHead(200, text).flushHeaders?.()
  response.write('', () => cut())
}

// Writes what there is, and leaves to the caller what becomes of a failure.
async function writeLines(exchange: BrokenExchange, head: Record<string, string> = text): Promise<void> {
  const isEvents = exchange.path === '/events'
  exchange.response.writeHead(200, head)
  for await (const line of makeLines(exchange)) exchange.response.write(isEvents ? `data: ${line}\n` : line)
}

async function endAtFailure(exchange: BrokenExchange): Promise<void> {
  await writeLines(exchange).catch(() => {})
  exchange.response.end()
}

async function hangAtFailure(exchange: BrokenExchange): Promise<void> {
  const length = exchange.query.get('length')
  await writeLines(exchange, length === null ? text : { ...text, 'content-length': length }).catch(() => {})
}

async function closeAtFailure(exchange: BrokenExchange): Promise<void> {
  await writeLines(exchange).catch(() => {})
  exchange.response.socket?.end()
}

async function endCompressed(exchange: BrokenExchange): Promise<void> {
  const gzip = toGzip(exchange)
  gzip.pipe(exchange.response)
  await writeInto(gzip, exchange)
}

async function endCompressedAndCut(exchange: BrokenExchange): Promise<void> {
  const gzip = toGzip(exchange)
  gzip.on('data', (bytes: Buffer) => exchange.response.write(bytes))
  gzip.on('end', () => exchange.response.write('', () => exchange.cut()))
  await writeInto(gzip, exchange)
}

function toGzip({ response }: BrokenExchange) {
  response.writeHead(200, { ...text, 'content-encoding': 'gzip' })
  return createGzip()
}

async function writeInto(gzip: ReturnType<typeof createGzip>, exchange: BrokenExchange): Promise<void> {
  try {
    for await (const line of makeLines(exchange)) gzip.write(line)
  } finally {
    gzip.end()
  }
}

async function showError({ response }: BrokenExchange): Promise<void> {
  response.writeHead(500, text).end(`Error: ${SECRET}`)
}

function writeAndHang({ response, query }: BrokenExchange): void {
  response.writeHead(200, { 'content-length': number(query, 'length', 0) }).write('x'.repeat(32))
}

function writeWithLength(exchange: BrokenExchange, length: number, bytes: number): void {
  exchange.response.writeHead(200, { 'content-length': length }).write('x'.repeat(bytes))
  // It goes on with the next request, as if the body were over.
  if (bytes > length) exchange.response.end()
}

async function askOn(exchange: BrokenExchange): Promise<void> {
  const length = number(exchange.query, 'length', 0)
  exchange.response.writeHead(200, { 'content-length': length })
  let sent = 0
  const staying = { ...exchange, signal: new AbortController().signal }
  for await (const line of makeLines(staying)) {
    if (sent < length) exchange.response.write(line)
    sent += line.length
    if (sent === length) exchange.response.end()
  }
}

function writeHeadWithBody(exchange: BrokenExchange): void {
  writeRaw(exchange, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody')
  exchange.response.socket?.end()
}

async function waitForSource(exchange: BrokenExchange): Promise<void> {
  let body = ''
  for await (const line of makeLines(exchange)) body += line
  exchange.response.writeHead(200, { 'content-length': body.length }).end()
}

function writeStatus(exchange: BrokenExchange, status: string): void {
  writeRaw(exchange, `HTTP/1.1 ${status}\r\nDate: now\r\n\r\nthe body of it\n`)
  exchange.response.socket?.end()
}

async function writeChunks(exchange: BrokenExchange): Promise<void> {
  writeRaw(exchange, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  for await (const line of makeLines(exchange))
    writeRaw(exchange, `${line.length.toString(16)}\r\n${line}\r\n`)
  writeRaw(exchange, '0\r\n\r\n')
  exchange.response.socket?.end()
}

async function writeBoth(exchange: BrokenExchange): Promise<void> {
  writeRaw(exchange, 'HTTP/1.1 200 OK\r\nContent-Length: 96\r\nTransfer-Encoding: chunked\r\n\r\n')
  for await (const line of makeLines(exchange))
    writeRaw(exchange, `${line.length.toString(16)}\r\n${line}\r\n`)
  writeRaw(exchange, '0\r\n\r\n')
}

function writeEmptyChunk(exchange: BrokenExchange): void {
  writeRaw(exchange, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (const block of ['a', '', 'b']) writeRaw(exchange, `${block.length}\r\n${block}\r\n`)
  writeRaw(exchange, '0\r\n\r\n')
}
