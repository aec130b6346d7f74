import type { Transport } from '../context/context.ts'
import type { RequestFacts } from '../context/request-context.ts'

/** The request that an internal redirect makes of another: GET, without a body. */
export class RedirectedRequest implements RequestFacts {
  readonly method = 'GET'
  readonly target: string
  readonly transport: Transport
  readonly #from: RequestFacts

  constructor(from: RequestFacts, target: string) {
    this.target = target
    this.transport = from.transport
    this.#from = from
  }

  origin(): string {
    return this.#from.origin()
  }

  headers(): Headers {
    const headers = this.#from.headers()
    for (const name of ['content-length', 'content-type', 'transfer-encoding']) headers.delete(name)
    return headers
  }

  body(): null {
    return null
  }

  earlyHints(links: readonly string[]): void {
    this.#from.earlyHints?.(links)
  }
}
