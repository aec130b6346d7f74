import type { Transport } from '../../context/context.ts'
import type { RequestFacts } from '../../context/request-context.ts'
import type { Environ } from '../application.ts'

/** The facts of a request that stands in an environ. */
export class EnvironRequest implements RequestFacts {
  readonly method: string
  readonly target: string
  readonly transport: Transport
  readonly #environ: Environ

  constructor(environ: Environ) {
    const { QUERY_STRING: query } = environ
    this.#environ = environ
    this.method = environ.REQUEST_METHOD
    this.target = encodePath(environ.SCRIPT_NAME + environ.PATH_INFO) + (query ? `?${query}` : '')
    this.transport = {
      protocol: environ.SERVER_PROTOCOL === 'HTTP/1.0' ? 'HTTP/1.0' : 'HTTP/1.1',
      secure: environ['wsgi.url_scheme'] === 'https',
      remoteAddress: environ.REMOTE_ADDR,
      remotePort: typeof environ['REMOTE_PORT'] === 'string' ? Number(environ['REMOTE_PORT']) : undefined,
      peerAddress: environ.REMOTE_ADDR,
      asynchronous: environ['wsgi.asynchronous'] ?? false,
      delivery: 'block',
    }
  }

  origin(): string {
    const { HTTP_HOST: host, SERVER_NAME, SERVER_PORT } = this.#environ
    const authority = typeof host === 'string' ? host : `${SERVER_NAME}:${SERVER_PORT}`
    return `${this.#environ['wsgi.url_scheme']}://${authority}`
  }

  headers(): Headers {
    const headers = new Headers()
    const { CONTENT_TYPE, CONTENT_LENGTH } = this.#environ
    for (const [name, value] of Object.entries(this.#environ)) {
      if (!name.startsWith('HTTP_') || typeof value !== 'string') continue
      headers.set(name.slice(5).replaceAll('_', '-'), value)
    }
    if (CONTENT_TYPE) headers.set('content-type', CONTENT_TYPE)
    if (CONTENT_LENGTH) headers.set('content-length', CONTENT_LENGTH)
    return headers
  }

  body(): ReadableStream<Uint8Array> | null {
    if (this.method === 'GET' || this.method === 'HEAD') return null
    const input = this.#environ['wsgi.input']
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const bytes = await input.read(65_536)
          if (bytes.byteLength === 0) controller.close()
          else controller.enqueue(bytes)
        },
      },
      { highWaterMark: 0 },
    )
  }
}

// Each character of an environ stands for a byte.
function encodePath(path: string): string {
  return path.replace(
    /[^\w\-.~!$&'()*+,;=:@/]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
