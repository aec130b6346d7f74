import { setDefaultCACertificates } from 'node:tls'
import { serve } from 'millrace'
import type { CloseOptions, Server, ServeOptions } from 'millrace/server'
import { isHttp2, isSecure, testCertificate } from './connect-client.ts'
import { fetchOverHttp2 } from './fetch-over-http2.ts'
import { Http2Client } from './http2-client.ts'
import { openClient } from './open-client.ts'
import type { Address, Protocol, TestClient } from './test-client.ts'

// So that fetch() trusts the servers here.
setDefaultCACertificates([testCertificate.cert])

/** A real server with its clients, and with every fault that it has reported. */
export class TestServer {
  readonly server: Server
  readonly reported: unknown[]
  readonly protocol: Protocol
  readonly #clients: TestClient[] = []

  constructor(server: Server, reported: unknown[], protocol: Protocol) {
    this.server = server
    this.reported = reported
    this.protocol = protocol
  }

  get port(): number {
    return this.server.port
  }

  get url(): string {
    return this.server.url
  }

  /** How the end of a body without a length is told. */
  get framing(): 'chunked' | 'stream' {
    return isHttp2(this.protocol) ? 'stream' : 'chunked'
  }

  /** Where a client of this protocol asks for a path. */
  at(path: string): Address {
    return { url: this.server.url + path, protocol: this.protocol }
  }

  /** A new connection; it is closed with the server. */
  client(): TestClient {
    const client = openClient(this.port, this.protocol)
    this.#clients.push(client)
    return client
  }

  /** A new connection of HTTP/2, with what only that can do; not on HTTP/1. */
  http2Client(): Http2Client {
    const client = new Http2Client(this.port, this.protocol)
    this.#clients.push(client)
    return client
  }

  /** The standard fetch, over the protocol under test. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    if (isHttp2(this.protocol)) return fetchOverHttp2(() => this.http2Client(), this.url + path, init)
    return fetch(this.url + path, init)
  }

  close(options?: CloseOptions): ReturnType<Server['close']> {
    return this.server.close(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.leave()
    await this.server.close({ grace: 5000 })
  }
}

// Tests that do not name a transmitter run once more with TRANSMITTER=thread, and so with PROTOCOL=h2c.
const chosen: Partial<ServeOptions> = process.env['TRANSMITTER'] === 'thread' ? { transmitter: 'thread' } : {}
const chosenProtocol: Protocol = process.env['PROTOCOL'] === 'h2c' ? 'h2c' : 'HTTP/1.1'

/** What a server is told to speak this protocol. */
export function toServeOptions(protocol: Protocol): Partial<ServeOptions> {
  if (isSecure(protocol)) return { tls: testCertificate }
  return protocol === 'h2c' ? { h2c: true } : {}
}

/** Serves until it is disposed of; faults are kept in place of being printed. */
export async function openTestServer(
  options: ServeOptions,
  protocol: Protocol = chosenProtocol,
): Promise<TestServer> {
  const reported: unknown[] = []
  const report = (error: unknown) => reported.push(error)
  const server = await serve({ report, ...chosen, ...toServeOptions(protocol), ...options })
  return new TestServer(server, reported, protocol)
}
