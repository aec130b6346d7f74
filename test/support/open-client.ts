import { Http2Client } from './http2-client.ts'
import { RawClient } from './raw-client.ts'
import type { Protocol, TestClient } from './test-client.ts'

/** A client of this protocol. */
export function openClient(port: number, protocol: Protocol): TestClient {
  if (protocol === 'HTTP/2, TLS' || protocol === 'h2c') return new Http2Client(port, protocol)
  return new RawClient(port, protocol)
}
