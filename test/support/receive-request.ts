import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { RawClient } from './raw-client.ts'

/** A client and the response to its GET, as node:http has made it; both are gone after the test. */
export async function receiveRequest(): Promise<{ client: RawClient; nodeResponse: ServerResponse }> {
  const responses: ServerResponse[] = []
  const server = createServer((_, response) => responses.push(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  client.get('/')
  await once(server, 'request')
  const [nodeResponse] = responses
  if (!nodeResponse) throw new Error('Cannot take a request: none has come')
  return { client, nodeResponse }
}
