import type { Socket } from 'node:net'

/** A protocol, and how it is carried. */
export type Protocol = 'HTTP/1.1' | 'HTTP/1.1, TLS' | 'HTTP/2, TLS' | 'h2c'

/** Where something is asked for. */
export interface Address {
  readonly url: string
  readonly protocol: Protocol
}

/** A reply as a client has it: whole, or cut. */
export interface TestReply {
  readonly statusLine: string
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly trailers: ReadonlyMap<string, string>
  /** How the end of the body is told; `stream` by the end of the stream, on HTTP/2. */
  readonly framing: 'none' | 'length' | 'chunked' | 'close' | 'stream' | 'unknown'
  /** The data of each chunk or frame. */
  readonly chunks: readonly Buffer[]
  readonly body: Buffer
  readonly text: string
  /** True for a reply whose end was told. */
  readonly isComplete: boolean
}

/** A client of one connection that sees what the protocol it speaks sets apart: heads, chunks or frames, the end. */
export interface TestClient {
  readonly protocol: Protocol
  readonly socket: Socket
  /** What has come of the reply and was not taken; heads, and the body with the marks that the protocol puts into it. */
  readonly received: string
  /** Sends text of HTTP/1; on HTTP/2 the requests that it stands for. */
  send(text: string): void
  get(path: string, ...fields: string[]): void
  /** Sends a request without a body. */
  request(method: string, path: string, ...fields: string[]): void
  /** Sends a request of HTTP/1.0, as old proxies do; there is none on HTTP/2. */
  getOld(path: string, ...fields: string[]): void
  /** Waits until the bytes so far hold this text, and takes everything up to its end. */
  until(text: string): Promise<string>
  /** Waits for a chunk or frame with exactly this text, or chunks where it is long, and takes everything up to its end. */
  untilChunk(text: string): Promise<void>
  /** Waits for the end of a body without a length, and takes everything up to it; gives what stood before it. */
  untilEnd(): Promise<string>
  /** Waits until the body has been broken off; gives what was left. Rejects when it has ended. */
  untilCut(): Promise<string>
  /** What a chunk or frame with this text is in {@link received}. */
  toChunk(text: string): string
  /** Waits for the next reply, whole or cut, and takes it. */
  reply(method?: string): Promise<TestReply>
  /** Waits for the end of the connection: everything that was left, and whether it was an end or a reset. */
  toEnd(): Promise<{ text: string; how: 'end' | 'reset' }>
  /** Stops to read: what the server sends piles up in the kernel, then in the server; on HTTP/2, its window closes. */
  pause(): void
  resume(): void
  /** Closes the connection. */
  leave(): void
}
