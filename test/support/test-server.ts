import { serve } from 'millrace'
import type { CloseOptions, Server, ServeOptions } from 'millrace/server'
import { RawClient } from './raw-client.ts'

/** A real server with its clients, and with every fault that it has reported. */
export class TestServer {
  readonly server: Server
  readonly reported: unknown[]
  readonly #clients: RawClient[] = []

  constructor(server: Server, reported: unknown[]) {
    this.server = server
    this.reported = reported
  }

  get port(): number {
    return this.server.port
  }

  get url(): string {
    return this.server.url
  }

  /** A new connection; it is closed with the server. */
  client(): RawClient {
    const client = new RawClient(this.port)
    this.#clients.push(client)
    return client
  }

  close(options?: CloseOptions): Promise<void> {
    return this.server.close(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.leave()
    await this.server.close({ grace: 5000 })
  }
}

// Tests that do not name a transmitter run once more with TRANSMITTER=thread.
const chosen: Partial<ServeOptions> = process.env['TRANSMITTER'] === 'thread' ? { transmitter: 'thread' } : {}

/** Serves until it is disposed of; faults are kept in place of being printed. */
export async function openTestServer(options: ServeOptions): Promise<TestServer> {
  const reported: unknown[] = []
  const server = await serve({ report: (error) => reported.push(error), ...chosen, ...options })
  return new TestServer(server, reported)
}
