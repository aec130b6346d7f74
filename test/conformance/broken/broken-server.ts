// Servers with exactly one thing wrong. They have `/hello`, `/state` and the endpoint that their case asks, on node:http or
// on its socket, and no more than that.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** What became of a source. */
export interface State {
  started: number
  made: number
  closed: number
  context: string | null
}

/** One request to a broken server. */
export interface BrokenExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly server: Server
  readonly path: string
  readonly query: URLSearchParams
  readonly state: State
  /** Aborts when the client has left. */
  readonly signal: AbortSignal
}

/** A server that breaks one guarantee, for one case. */
export interface BrokenServer {
  /** What is wrong with it. */
  readonly how: string
  /** What its case must see, so that it fails for the right reason. */
  readonly seen: RegExp
  answer(exchange: BrokenExchange): unknown
  readonly options?: ServerOptions
  set?(server: Server): void
  /** It is found out by what does not come: milliseconds to wait for it, in place of as many as anybody needs. */
  readonly patience?: number
  /** It keeps its thread busy, and gets one of its own. */
  readonly isBusy?: boolean
}

/** Listens on a free port. */
export async function openBroken(broken: BrokenServer): Promise<number> {
  const states = new Map<string, State>()
  const server = createServer(broken.options ?? {}, (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    const id = query.get('id') ?? ''
    const state = states.get(id) ?? { started: 0, made: 0, closed: 0, context: null }
    states.set(id, state)
    if (path === '/state') return response.end(JSON.stringify(state))
    if (path === '/hello') return response.end('hello\n')
    const left = new AbortController()
    response.on('close', () => left.abort())
    return broken.answer({ request, response, server, path, query, state, signal: left.signal })
  })
  broken.set?.(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

export const SECRET = 'the secret of the source'

/** The source of docs/conformance.md, as it should be. */
export async function* makeLines({ query, state, signal }: BrokenExchange): AsyncGenerator<string> {
  const [n, ms, size] = [number(query, 'n', 4), number(query, 'ms', 0), number(query, 'size', 32)]
  const start = performance.now()
  state.started += 1
  try {
    if (query.has('delay')) await wait(number(query, 'delay', 0), signal)
    for (let block = 0; block < n; block++) {
      if (block === number(query, 'fail', -1)) throw new Error(SECRET)
      state.made += 1
      yield toLine(block, { start, size })
      if (ms > 0 && !signal.aborted) await wait(ms, signal)
      if (signal.aborted) return
    }
  } finally {
    state.closed += 1
  }
}

export function toLine(
  block: number,
  { start, size, name = '' }: { start: number; size: number; name?: string },
): string {
  return `${`${block} ${(performance.now() - start).toFixed(3)}${name}`.padEnd(size - 1, '.')}\n`
}

export function number(query: URLSearchParams, name: string, otherwise: number): number {
  return Number(query.get(name) ?? otherwise)
}

/** Waits until the time is over or the client has left. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  await pause(ms, undefined, signal ? { signal } : {}).catch(() => {})
}

export function keepBusy(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Writes bytes that node:http would not. */
export function writeRaw({ response }: BrokenExchange, text: string): void {
  response.socket?.write(text, 'latin1')
}

/** The context of a request, where it is as it should be. */
export const context = new AsyncLocalStorage<string>()
