import { RequestContext } from '../../src/context/request-context.ts'

/** A context as a server makes it, of a request without a body. */
export function createContext(
  method = 'GET',
  target = '/',
  fields: Record<string, string> = {},
): RequestContext {
  return new RequestContext({
    method,
    target,
    transport: {
      protocol: 'HTTP/1.1',
      secure: false,
      remoteAddress: undefined,
      remotePort: undefined,
      peerAddress: undefined,
      asynchronous: false,
      delivery: 'block',
    },
    origin: () => 'http://example.com',
    headers: () => new Headers(fields),
    body: () => null,
  })
}
