import { createServer as createHttp1, type Server } from 'node:http'
import { constants, createServer as createHttp2, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { createServer, type AddressInfo, type Server as SocketServer } from 'node:net'
import type {
  BrokenExchange,
  BrokenProtocol,
  BrokenRequest,
  BrokenResponse,
  BrokenServer,
  State,
} from './broken-server.ts'

/** Listens on a free port. */
export async function openBroken(broken: BrokenServer, protocol: BrokenProtocol): Promise<number> {
  const server = create(broken, protocol)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function create(broken: BrokenServer, protocol: BrokenProtocol): SocketServer {
  if (broken.take) return createServer(broken.take)
  return protocol === 'HTTP/2' ? createBroken2(broken) : createBroken1(broken)
}

function createBroken1(broken: BrokenServer): Server {
  const server = createHttp1(broken.options ?? {})
  const listener = { close: () => server.close(), cutAll: () => server.closeAllConnections() }
  const answer = toAnswer(broken, listener)
  server.on('request', (request, response) =>
    answer({ request, response, cut: () => response.socket?.end() }),
  )
  broken.set?.(server)
  return server
}

function createBroken2(broken: BrokenServer): Http2Server {
  const sessions = new Set<ServerHttp2Session>()
  const server = createHttp2()
  const cutAll = () => {
    for (const session of sessions) session.destroy()
  }
  const answer = toAnswer(broken, { close: () => server.close(), cutAll })
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  server.on('request', (request, response) =>
    answer({ request, response, cut: () => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR) }),
  )
  return server
}

interface Arrival extends Pick<BrokenExchange, 'cut'> {
  readonly request: BrokenRequest
  readonly response: BrokenResponse
}

function toAnswer(broken: BrokenServer, server: BrokenExchange['server']): (arrival: Arrival) => unknown {
  const states = new Map<string, State>()
  return (arrival) => {
    const { request, response } = arrival
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    const id = query.get('id') ?? ''
    const state = states.get(id) ?? { started: 0, made: 0, closed: 0, context: null }
    states.set(id, state)
    if (path === '/state') return response.end(JSON.stringify(state))
    if (path === '/hello') return response.end('hello\n')
    const left = new AbortController()
    response.on('close', () => left.abort())
    return broken.answer({ ...arrival, server, path, query, state, signal: left.signal })
  }
}
