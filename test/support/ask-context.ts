import type { Transport } from '../../src/context/context.ts'
import { RequestContext } from '../../src/context/request-context.ts'

/** What a request says that is not as it is for a program on this machine. */
export interface AskedContext {
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly fields?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly protocol?: Transport['protocol']
  readonly secure?: boolean
  readonly peerAddress?: string | undefined
  /** That of the peer unless told. */
  readonly remoteAddress?: string | undefined
}

/** The context of a request from this machine to this machine, but for what is told. */
export function askContext(asked: AskedContext = {}): RequestContext {
  const { method = 'GET', target = '/inspect/', host = 'localhost:3000', fields, params = {} } = asked
  const { protocol = 'HTTP/1.1', secure = false } = asked
  const peerAddress = 'peerAddress' in asked ? asked.peerAddress : '127.0.0.1'
  const context = new RequestContext({
    method,
    target,
    transport: {
      protocol,
      secure,
      remoteAddress: 'remoteAddress' in asked ? asked.remoteAddress : peerAddress,
      remotePort: 50_000,
      peerAddress,
      asynchronous: false,
      delivery: 'block',
    },
    origin: () => `http${secure ? 's' : ''}://${host}`,
    headers: () => new Headers(fields),
    body: () => null,
  })
  context.params = params
  return context
}
