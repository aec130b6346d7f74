import { once } from 'node:events'
import { constants, createGzip } from 'node:zlib'
import {
  type BrokenExchange,
  type BrokenServer,
  keepBusy,
  makeLines,
  number,
  toLine,
} from './broken-server.ts'

const text = { 'content-type': 'text/plain; charset=utf-8' }

// Nothing comes in that time from those that never send it; milliseconds.
const SHORT = 1000

/** Servers that hold blocks back, or do not know back-pressure. */
export const brokenDelivery: Readonly<Record<string, readonly BrokenServer[]>> = {
  'g1-waiting': [
    { how: 'collects the body', seen: /^all at \d+ ms$/, answer: (exchange) => sendTogether(exchange, text) },
    { how: 'sends each block with the next', seen: /^all late, up to \d+ ms$/, answer: sendOneBehind },
    { how: 'loses a block', seen: /^3 of 4 blocks$/, answer: loseOne },
  ],
  'g1-busy': [
    { how: 'sends at the end of the turn', seen: /^all at \d+ ms$/, isBusy: true, answer: computeAndWrite },
  ],
  'g1-events': [
    {
      how: 'collects the events',
      seen: /^all at \d+ ms$/,
      answer: (exchange) => sendTogether(exchange, { 'content-type': 'text/event-stream' }, 'data: '),
    },
  ],
  'g2-stalled': [
    { how: 'asks on and on', seen: /^(?:all 125\.0 MiB|\d+\.\d MiB and more)$/, answer: writeOnAndOn },
  ],
  'g2-goes-on': [
    { how: 'stops when it has to wait', seen: /^\d+\.\d of 20 MiB$/, patience: SHORT, answer: stopAtFull },
  ],
  'g11-compressed': [
    { how: 'does not flush the compressor', seen: /^all at \d+ ms$/, answer: compressWithoutFlush },
  ],
  'g11-compressed-busy': [
    {
      how: 'compresses when the turn is over',
      // The compressor gives its blocks one by one, and takes its time where the machine is busy.
      seen: /^all (?:at|late, up to) \d+ ms$/,
      isBusy: true,
      answer: computeAndCompress,
    },
  ],
}

async function sendTogether(
  exchange: BrokenExchange,
  head: Record<string, string>,
  before = '',
): Promise<void> {
  const after = before === '' ? '' : '\n'
  let body = ''
  for await (const line of makeLines(exchange)) body += `${before}${line}${after}`
  exchange.response.writeHead(200, head).end(body)
}

async function sendOneBehind(exchange: BrokenExchange): Promise<void> {
  const { response } = exchange
  response.writeHead(200, text).flushHeaders?.()
  let held = ''
  for await (const line of makeLines(exchange)) {
    if (held !== '') response.write(held)
    held = line
  }
  response.end(held)
}

async function loseOne(exchange: BrokenExchange): Promise<void> {
  const { response } = exchange
  response.writeHead(200, text)
  for await (const line of makeLines(exchange)) if (!line.startsWith('2 ')) response.write(line)
  response.end()
}

// What plain node:http does: it corks what is written until the next tick.
function computeAndWrite({ response, query }: BrokenExchange): void {
  response.writeHead(200, text)
  const start = performance.now()
  for (let block = 0; block < number(query, 'n', 4); block++) {
    response.write(toLine(block, { start, size: 32 }))
    keepBusy(number(query, 'ms', 0))
  }
  response.end()
}

async function writeOnAndOn(exchange: BrokenExchange): Promise<void> {
  const { response } = exchange
  response.writeHead(200, text)
  for await (const line of makeLines(exchange)) {
    response.write(line)
    // Lets `/state` be answered meanwhile.
    if (exchange.state.made % 100 === 0) await new Promise(setImmediate)
  }
  response.end()
}

async function stopAtFull(exchange: BrokenExchange): Promise<void> {
  const { response } = exchange
  response.writeHead(200, text)
  for await (const line of makeLines(exchange)) {
    // The room is told while nobody listens for it.
    if (!response.write(line))
      await once(exchange.request, 'never', { signal: exchange.signal }).catch(() => {})
  }
}

async function compressWithoutFlush(exchange: BrokenExchange): Promise<void> {
  exchange.response.writeHead(200, { ...text, 'content-encoding': 'gzip' })
  const gzip = createGzip()
  gzip.pipe(exchange.response)
  for await (const line of makeLines(exchange)) gzip.write(line)
  gzip.end()
}

function computeAndCompress({ response, query }: BrokenExchange): void {
  response.writeHead(200, { ...text, 'content-encoding': 'gzip' })
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
  gzip.pipe(response)
  const start = performance.now()
  for (let block = 0; block < number(query, 'n', 4); block++) {
    gzip.write(toLine(block, { start, size: 1200 }))
    keepBusy(number(query, 'ms', 0))
  }
  gzip.end()
}
