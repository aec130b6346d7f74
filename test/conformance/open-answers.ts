import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

/** A server that is closed by who opens it. */
export interface OpenServer {
  readonly url: string
  close(): Promise<void>
}

/** Opens a server that gives each path its answer, and 404 to all others; or one that answers by itself. */
export async function openAnswers(
  answers: Readonly<Record<string, string>> | RequestListener,
): Promise<OpenServer> {
  const listener: RequestListener =
    typeof answers === 'function'
      ? (request, response) => answers(request, response)
      : ({ url = '' }, response) => {
          const answer = answers[url.split('?')[0] ?? '']
          if (answer === undefined) response.writeHead(404)
          response.end(answer)
        }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
