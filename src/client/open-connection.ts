import { ConnectError, type ConnectFault, type ConnectOptions, type Connection } from './connection.ts'
import { hideCredentials } from './hide-credentials.ts'
import { Http1Connection } from './http1/http1-connection.ts'
import { openHttp2 } from './http2/open-http2.ts'
import { openSocket } from './socket/open-socket.ts'
import { openTls } from './socket/open-tls.ts'

const DEFAULT_TIMEOUT = 10_000

/**
 * Opens a connection to the server of an `http:` or `https:` URL.
 * Rejects with a {@link ConnectError} that says what to do; with a RangeError for another kind of URL.
 */
export async function openConnection(url: URL, options: ConnectOptions = {}): Promise<Connection> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new RangeError(`Cannot connect to ${hideCredentials(url.href)}: only http: and https: are known`)
  const limit = toLimit(url, options)
  try {
    return await openWithin(url, options, limit.signal)
  } finally {
    limit.clear()
  }
}

async function openWithin(url: URL, options: ConnectOptions, signal: AbortSignal): Promise<Connection> {
  const below = await openSocket(url, signal)
  const opened = url.protocol === 'https:' ? await openTls(below, url, { ...options, signal }) : below
  const protocol = options.protocol ?? opened.chosen
  return protocol === 'HTTP/2' ? openHttp2(opened, url, signal) : new Http1Connection(opened, protocol)
}

/** One signal for the time limit and for the caller's own; it aborts with the error to reject with. */
function toLimit(url: URL, { timeout = DEFAULT_TIMEOUT, signal }: ConnectOptions) {
  const limit = new AbortController()
  const fail = (fault: ConnectFault, text: string, cause?: unknown): void =>
    limit.abort(new ConnectError(fault, `Cannot connect to ${url.host}: ${text}`, { cause }))
  const onAbort = (): void => fail('aborted', 'it was aborted', signal?.reason)
  const timer = setTimeout(() => fail('timeout', `no answer within ${timeout} ms`), timeout)
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort()
  const clear = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  return { signal: limit.signal, clear }
}
