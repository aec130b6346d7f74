// Servers with exactly one thing wrong. They have `/hello`, `/state` and the endpoint that their case asks, on node:http,
// node:http2 or a socket, and no more than that.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { OutgoingHttpHeaders, Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** What became of a source. */
export interface State {
  started: number
  made: number
  closed: number
  context: string | null
}

/** What a broken server speaks. */
export type BrokenProtocol = 'HTTP/1.1' | 'HTTP/2'

/** A request, by either protocol. */
export interface BrokenRequest extends NodeJS.EventEmitter {
  readonly url?: string | undefined
  readonly socket: Socket
}

/** A response, by either protocol. */
export interface BrokenResponse extends NodeJS.WritableStream {
  /** HTTP/1.1 alone: HTTP/2 lets nobody at its socket. */
  readonly socket: Socket | null
  writeHead(status: number, head?: OutgoingHttpHeaders): BrokenResponse
  /** HTTP/1.1 alone: HTTP/2 sends a head as soon as it is written. */
  flushHeaders?(): void
  destroy(): unknown
}

/** The server of an exchange, the same object for all of them. */
export interface BrokenListener {
  close(): unknown
  /** Cuts every connection. */
  cutAll(): void
}

/** One request to a broken server. */
export interface BrokenExchange {
  readonly request: BrokenRequest
  readonly response: BrokenResponse
  readonly server: BrokenListener
  readonly path: string
  readonly query: URLSearchParams
  readonly state: State
  /** Aborts when the client has left. */
  readonly signal: AbortSignal
  /** Cuts the reply behind what was written. */
  cut(): void
}

/** A server that breaks one guarantee, for one case. */
export interface BrokenServer {
  /** What is wrong with it. */
  readonly how: string
  /** What its case must see, so that it fails for the right reason. */
  readonly seen: RegExp
  /** It can be broken so by this protocol alone; by default by each. */
  readonly protocol?: BrokenProtocol
  answer(exchange: BrokenExchange): unknown
  /** Takes a connection in place of Node's server, where that cannot be broken so; `answer` is not called then. */
  take?(socket: Socket): unknown
  /** HTTP/1.1 alone. */
  readonly options?: ServerOptions
  /** HTTP/1.1 alone. */
  set?(server: Server): void
  /** It is found out by what does not come: milliseconds to wait for it, in place of as many as anybody needs. */
  readonly patience?: number
  /** It keeps its thread busy, and gets one of its own. */
  readonly isBusy?: boolean
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
