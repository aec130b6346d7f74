import type { Context, Transport } from './context.ts'
import { decodeLastEventId, parseLastEventId } from './parse-last-event-id.ts'

/** What a server tells of a request; each function is called at most once, and only when it is needed. */
export interface RequestFacts {
  readonly method: string
  /** The target of the request line: path and query. */
  readonly target: string
  readonly transport: Transport
  /** Scheme and authority, `http://example.com`. */
  origin(): string
  headers(): Headers
  body(): ReadableStream<Uint8Array> | null
  /** The value of one field by its name in lower case, without the cost of all; called as often as it is needed. */
  field?(name: string): string | undefined
  /** Sends a 103 with these links, where that is possible. */
  earlyHints?(links: readonly string[]): void
}

/** A context whose costly members are made when they are read. */
export class RequestContext implements Context {
  readonly method: string
  readonly path: string
  params: Readonly<Record<string, string>> = noParams
  readonly #facts: RequestFacts
  readonly #search: string
  #url: URL | undefined
  #query: URLSearchParams | undefined
  #headers: Headers | undefined
  #request: Request | undefined
  #controller: AbortController | undefined
  #aborted: { reason: unknown } | undefined
  #drainController: AbortController | undefined
  #drained: { reason: unknown } | undefined
  #state: Map<unknown, unknown> | undefined
  #closers: (() => unknown)[] | undefined
  #isClosed = false
  readonly #previous: RequestContext | undefined

  /** `previous`: the context of the request that has redirected to this one; its state and closers live on here. */
  constructor(facts: RequestFacts, previous?: RequestContext) {
    const { path, search } = splitTarget(facts.target)
    this.method = facts.method
    this.path = path
    this.#facts = facts
    this.#search = search
    this.#previous = previous
    if (!previous) return
    this.#state = previous.#state
    this.#closers = previous.#closers
  }

  get url(): URL {
    this.#url ??= new URL(this.#facts.origin() + this.path + this.#search)
    return this.#url
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search)
    return this.#query
  }

  get transport(): Transport {
    return this.#facts.transport
  }

  get headers(): Headers {
    this.#headers ??= this.#facts.headers()
    return this.#headers
  }

  get lastEventId(): string | undefined {
    // Not all headers for one: a stream would keep them to its end.
    if (this.#facts.field) return decodeLastEventId(this.#facts.field('last-event-id') ?? '')
    return parseLastEventId(this.headers)
  }

  get request(): Request {
    this.#request ??= this.#makeRequest()
    return this.#request
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted) this.#controller.abort(this.#aborted.reason)
    return this.#controller.signal
  }

  get draining(): AbortSignal {
    this.#drainController ??= new AbortController()
    if (this.#drained) this.#drainController.abort(this.#drained.reason)
    return this.#drainController.signal
  }

  get state(): Map<unknown, unknown> {
    this.#state ??= new Map()
    return this.#state
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Made when it is read, as {@link RequestContext.onClose} is. */
  get earlyHints(): (links: readonly string[]) => void {
    return (links) => {
      for (const link of links) checkLink(link)
      if (links.length > 0 && !this.#isClosed) this.#facts.earlyHints?.(links)
    }
  }

  /** Made when it is read, so that `({ onClose })` works and costs nothing where nobody asks. */
  get onClose(): (closer: () => unknown) => void {
    return (closer) => {
      if (this.#isClosed) throw new Error('Cannot register what to call on close: the reply has closed')
      this.#closers ??= []
      this.#closers.push(closer)
    }
  }

  /** True when something waits for the end of the reply. */
  get hasClosers(): boolean {
    return this.#closers !== undefined
  }

  /** Aborts `signal`, now or when it is first read, and that of the context that has redirected to this one. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason }
    this.#controller?.abort(reason)
    this.#previous?.abort(reason)
  }

  /** Aborts `draining`, now or when it is first read, and that of the context that has redirected to this one. */
  drain(reason: unknown): void {
    this.#drained ??= { reason }
    this.#drainController?.abort(reason)
    this.#previous?.drain(reason)
  }

  /** Takes what was registered with {@link Context.onClose}; it is called inside this context. */
  takeClosers(): readonly (() => unknown)[] {
    const closers = this.#closers ?? []
    this.#closers = undefined
    return closers
  }

  /** Ends the context: from now on {@link currentContext} refuses it. */
  close(): void {
    this.#isClosed = true
    this.#previous?.close()
  }

  #makeRequest(): Request {
    const body = this.#facts.body()
    const { method, headers, signal } = this
    if (!body) return new Request(this.url, { method, headers, signal })
    return new Request(this.url, { method, headers, signal, body, duplex: 'half' })
  }
}

// Old versions of Node let a line break through; and what is sent is the low byte of each character, which of U+010A is a
// line break again.
function checkLink(link: string): void {
  if (/[^ -~]/.test(link)) {
    throw new TypeError(
      `Cannot send the early hint ${JSON.stringify(link)}: it holds other than printable ASCII; write its address percent-encoded`,
    )
  }
  if (LINK.test(link)) return
  throw new TypeError(
    `Cannot send the early hint ${JSON.stringify(link)}: give a link like </style.css>; rel=preload; as=style`,
  )
}

// RFC 8288 §3, as far as node:http takes it.
const LINK = /^<[^>]*>(?:\s*;\s*[^;"\s]+(?:=(")?[^;"\s]*\1)?)*$/

const noParams: Readonly<Record<string, string>> = Object.freeze({})

// RFC 3986 §5.2.4: dot segments are resolved before a route is looked for, so that no route is reached around another.
function splitTarget(target: string): { path: string; search: string } {
  const hash = target.indexOf('#')
  const end = hash === -1 ? target.length : hash
  const mark = target.indexOf('?')
  const hasSearch = mark !== -1 && mark < end
  const path = target.slice(0, hasSearch ? mark : end)
  const search = hasSearch ? target.slice(mark, end) : ''
  return { path: needsResolving(path) ? new URL(`http://localhost${path}`).pathname : path, search }
}

function needsResolving(path: string): boolean {
  return path.includes('/.') || path.includes('\\') || /%2e/i.test(path)
}
