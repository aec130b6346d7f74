import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { ServeOptions } from 'millrace/server'
import { inspector } from 'millrace/inspector'
import { RawClient } from '../support/raw-client.ts'
import { openTestServer, type TestServer } from '../support/test-server.ts'

type Routes = NonNullable<ServeOptions['routes']>

/** A server with an inspector, its clients, and a window that shows it. */
export class InspectedServer {
  server: TestServer
  readonly page: Page
  /** What went wrong in the page. */
  readonly faults: string[] = []
  /** Where the page has asked. */
  readonly asked: URL[] = []
  readonly #routes: Routes
  readonly #clients: RawClient[] = []

  private constructor(server: TestServer, page: Page, routes: Routes) {
    this.server = server
    this.page = page
    this.#routes = routes
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') this.faults.push(line.text())
    })
    page.on('pageerror', ({ message }) => this.faults.push(message))
    page.on('request', (request) => this.asked.push(new URL(request.url())))
  }

  static async open(
    browser: Browser,
    routes: Routes,
    options: BrowserContextOptions = {},
  ): Promise<InspectedServer> {
    const all = { ...routes, '/inspect/**': inspector() }
    const server = await openTestServer({ routes: all }, 'HTTP/1.1')
    const page = await browser.newPage({
      locale: 'en-GB',
      viewport: { width: 1280, height: 900 },
      ...options,
    })
    const inspected = new InspectedServer(server, page, all)
    await page.goto(`${server.url}/inspect/`)
    await page.getByText('Live', { exact: true }).waitFor()
    return inspected
  }

  /** A client that asks for a path; it is closed with the server. */
  ask(path: string): RawClient {
    const client = new RawClient(this.server.port)
    this.#clients.push(client)
    client.get(path)
    return client
  }

  /** Ends the server, and begins it again on the same port. */
  async stop(): Promise<() => Promise<void>> {
    const { port } = this.server
    await this.server.close({ grace: 0 })
    return async () => {
      this.server = await openTestServer({ port, routes: this.#routes }, 'HTTP/1.1')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.leave()
    await this.page.context().close()
    await this.server[Symbol.asyncDispose]()
  }
}
