// The stable names of OpenTelemetry's semantic conventions for HTTP servers.
import type { Ending } from '../ending-of.ts'
import { knownMethod } from '../known-method.ts'
import type { Attributes } from './tracing-api.ts'
import type { WatchedEnd, WatchedRequest } from '../watched-replies.ts'

/** What a span is called: the method, and the route where one has matched. */
export function spanName({ method }: WatchedRequest, route: string | undefined): string {
  const name = knownMethod(method, 'HTTP')
  return route === undefined ? name : `${name} ${route}`
}

/** What is known when a request was read. The query is left out: it may hold secrets. */
export function spanAttributes({
  method,
  path,
  route,
  protocol,
  remoteAddress,
  context,
  reply,
}: WatchedRequest) {
  const known = knownMethod(method, '_OTHER')
  const agent = reply.requestField('user-agent')
  const attributes: Attributes = {
    'http.request.method': known,
    'url.path': path,
    'url.scheme': context?.transport.secure ? 'https' : 'http',
    'network.protocol.name': 'http',
    'network.protocol.version': protocol === 'HTTP/2.0' ? '2' : protocol.slice('HTTP/'.length),
  }
  if (known !== method) attributes['http.request.method_original'] = method
  if (route !== undefined) attributes['http.route'] = route
  if (remoteAddress !== undefined) attributes['client.address'] = remoteAddress
  if (agent !== undefined) attributes['user_agent.original'] = agent
  return attributes
}

/** What is known when a reply is over. */
export function endAttributes({ outcome, status, route }: WatchedEnd, ending: Ending): Attributes {
  const attributes: Attributes = {
    'http.response.body.size': outcome.bytes,
    'millrace.blocks': outcome.blocks,
    'millrace.outcome': ending,
  }
  if (status !== undefined) attributes['http.response.status_code'] = status
  if (route !== undefined) attributes['http.route'] = route
  const type = errorType(outcome.error, status, ending)
  if (type !== undefined) attributes['error.type'] = type
  return attributes
}

// A client that leaves is no error of the server; a reply that the server could not end is one.
function errorType(error: unknown, status: number | undefined, ending: Ending): string | undefined {
  const isBroken = ending === 'failed' || ending === 'refused' || ending === 'shutdown'
  if (isBroken) return error instanceof Error ? error.name : typeof error
  return status !== undefined && status >= 500 ? String(status) : undefined
}
