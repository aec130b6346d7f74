import { once } from 'node:events'
import {
  type BrokenExchange,
  type BrokenServer,
  context,
  makeLines,
  number,
  toLine,
  wait,
} from './broken-server.ts'

const staying = new AbortController().signal

// Nothing comes in that time from those that never send it; milliseconds.
const SHORT = 1000

/** Servers that do not close sources, lose contexts, or do not see that a client has left. */
export const brokenSources: Readonly<Record<string, readonly BrokenServer[]>> = {
  'g5-whole': [
    {
      how: 'does not close',
      seen: /^not closed$/,
      patience: SHORT,
      answer: (exchange) => send(uncounted(exchange)),
    },
    { how: 'closes twice', seen: /^closed 2 times$/, answer: closeTwice },
  ],
  'g5-failed': [
    {
      how: 'does not close',
      seen: /^not closed$/,
      patience: SHORT,
      answer: (exchange) => send(uncounted(exchange)),
    },
  ],
  'g5-left': [
    {
      how: 'does not look',
      seen: /^not closed$/,
      patience: SHORT,
      answer: (exchange) => send({ ...exchange, signal: staying }),
    },
    { how: 'closes twice', seen: /^closed 2 times$/, answer: closeTwice },
  ],
  'g5-head': [
    {
      how: 'starts the source and forgets it',
      seen: /^not closed$/,
      patience: SHORT,
      async answer(exchange) {
        await makeLines(exchange).next()
        exchange.response.end()
      },
    },
  ],
  'g9-blocks': [
    { how: 'has one context for all', seen: /^of another request$/, answer: shareContext },
    { how: 'has none in the body', seen: /^lost$/, answer: (exchange) => sendNamed(exchange, () => '') },
  ],
  'g9-finally': [
    { how: 'has none at the end', seen: /^lost in cleanup$/, patience: SHORT, answer: loseContextAtEnd },
  ],
  'g10-before-head': [neverLooks(), neverStarts()],
  'g10-waiting': [neverLooks()],
  'g10-making': [neverLooks()],
  'g10-stalled': [
    { how: 'waits for room alone', seen: /^not within \d/, patience: SHORT, answer: waitForRoom },
  ],
  'g10-half-closed': [
    {
      how: 'takes it for a departure',
      seen: /^half-closed: \d of 4$/,
      protocol: 'HTTP/1.1',
      async answer(exchange) {
        exchange.request.socket.on('end', () => exchange.request.socket.destroy())
        await send(exchange)
      },
    },
  ],
}

function neverLooks(): BrokenServer {
  return {
    how: 'does not look',
    seen: /^not within \d/,
    patience: SHORT,
    answer: (exchange) => send({ ...exchange, signal: staying }),
  }
}

function neverStarts(): BrokenServer {
  return { how: 'does not start the source', seen: /^never started$/, patience: SHORT, answer() {} }
}

async function send(exchange: BrokenExchange): Promise<void> {
  const { response } = exchange
  try {
    for await (const line of makeLines(exchange)) response.write(line)
    response.end()
  } catch {
    // The source has failed.
    response.destroy()
  }
}

// What is closed is not noted, as if nobody had closed it.
function uncounted(exchange: BrokenExchange): BrokenExchange {
  const { state } = exchange
  return {
    ...exchange,
    state: {
      get started() {
        return state.started
      },
      set started(value) {
        state.started = value
      },
      made: 0,
      closed: 0,
      context: null,
    },
  }
}

async function closeTwice(exchange: BrokenExchange): Promise<void> {
  exchange.response.on('close', () => (exchange.state.closed += 1))
  await send(exchange)
}

let current = ''

// A name in a variable is that of whoever has asked last.
async function shareContext(exchange: BrokenExchange): Promise<void> {
  current = exchange.query.get('name') ?? ''
  await sendNamed(exchange, () => ` name=${current}`)
}

async function sendNamed({ query, response }: BrokenExchange, findName: () => string): Promise<void> {
  const start = performance.now()
  for (let block = 0; block < number(query, 'n', 4); block++) {
    response.write(toLine(block, { start, size: 64, name: findName() }))
    await wait(number(query, 'ms', 0))
  }
  response.end()
}

// An event of the response is told in the context of the connection, and not in that of the request.
async function loseContextAtEnd(exchange: BrokenExchange): Promise<void> {
  const { response, state, query } = exchange
  await context.run(query.get('name') ?? '', async () => {
    for await (const line of makeLines({ ...exchange, state: { ...state } })) response.write(line)
  })
  state.closed += 1
  state.context = context.getStore() ?? null
}

async function waitForRoom(exchange: BrokenExchange): Promise<void> {
  const { response } = exchange
  for await (const line of makeLines({ ...exchange, signal: staying })) {
    if (!response.write(line)) await once(response, 'drain')
  }
}
