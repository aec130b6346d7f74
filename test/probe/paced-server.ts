import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const between = 60

/**
 * Lines that take time to make, from a server that holds nothing: `/rows`, ten of them or `?n=`, and `/cut`, which breaks
 * off after three. Only `/held` keeps them all to the end.
 */
export class PacedServer {
  readonly port: number
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  static async open(): Promise<PacedServer> {
    const server = createServer((nodeRequest, nodeResponse) => {
      const { pathname, searchParams } = new URL(nodeRequest.url ?? '/', 'http://server')
      nodeResponse.setHeader('content-type', 'text/plain')
      const lines = Number(searchParams.get('n') ?? 10)
      const [isHeld, isCut] = [pathname.endsWith('/held'), pathname.endsWith('/cut')]
      void answer(nodeResponse, { lines, isHeld, isCut })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return new PacedServer(server, typeof address === 'object' && address ? address.port : 0)
  }

  at(path: string): URL {
    return new URL(path, `http://127.0.0.1:${this.port}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

// The time between blocks is what is measured here: nobody waits for anything in it.
async function answer(
  nodeResponse: ServerResponse,
  { lines, isHeld, isCut }: { lines: number; isHeld: boolean; isCut: boolean },
): Promise<void> {
  // Not `cork()`: before Node 26 what it holds goes out behind the last chunk.
  let held = ''
  for (let line = 1; line <= lines; line++) {
    if (isHeld) held += `line ${line}\n`
    else nodeResponse.write(`line ${line}\n`)
    await pause(between)
    if (isCut && line === 3) return void nodeResponse.destroy()
  }
  if (isHeld) nodeResponse.write(held)
  nodeResponse.end()
}
