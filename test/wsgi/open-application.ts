import type { Application, WsgiOptions } from 'millrace/wsgi'
import { wsgi } from 'millrace/wsgi'
import type { TestClient } from '../support/test-client.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

/** A real server for one WSGI application, with a connection to it. */
export class ApplicationServer {
  readonly server: TestServer
  readonly client: TestClient
  readonly log: string[]
  readonly #over: Promise<void>

  constructor(server: TestServer, log: string[], over: Promise<void>) {
    this.server = server
    this.client = server.client()
    this.log = log
    this.#over = over
  }

  get reported(): unknown[] {
    return this.server.reported
  }

  /** Resolves when the first reply is over and its body closed. */
  get over(): Promise<void> {
    return this.#over
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

/** Serves an application at every path until it is disposed of; `wsgi.errors` goes to `log`. */
export async function openApplication(
  application: Application,
  options: WsgiOptions = {},
): Promise<ApplicationServer> {
  const log: string[] = []
  const over = Promise.withResolvers<void>()
  const errors = {
    write: (text: string) => log.push(text),
    writelines: (lines: Iterable<string>) => log.push(...lines),
    flush() {},
  }
  const handler = wsgi(application, { errors, ...options })
  const server = await openTestServer({
    routes: {
      '/**': (context) => {
        context.onClose(() => over.resolve())
        return handler(context)
      },
    },
  })
  return new ApplicationServer(server, log, over.promise)
}

/** Text as the bytes of a block. */
export function b(text: string): Uint8Array {
  return Buffer.from(text)
}

export const plain = [['Content-Type', 'text/plain']] as const
