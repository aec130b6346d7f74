/** What the server knows of the connection that a request came on. */
export interface Transport {
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2.0'
  /** True behind TLS, that of a trusted proxy included. */
  readonly secure: boolean
  /** Address of the client, which a trusted proxy may have told; undefined once the connection is gone. */
  readonly remoteAddress: string | undefined
  /** Undefined, too, where a proxy has told the address alone. */
  readonly remotePort: number | undefined
  /** Address of the other end of the connection: the client's, or that of the proxy in front of the server. */
  readonly peerAddress: string | undefined
  /** True when the server may suspend the application between blocks without being asked (`wsgi.asynchronous`). */
  readonly asynchronous: boolean
  /** How blocks leave unless a reply says otherwise. */
  readonly delivery: 'block' | 'turn'
}

/**
 * What a handler is given. `url`, `query`, `headers`, `request` and `signal` are made when they are first read.
 * It lives as long as the body of the reply (G9): in every block, in `finally`, in `onClose`.
 */
export interface Context {
  /** In capitals. */
  readonly method: string
  /** The path as the client sent it, percent-encoded, without dot segments. */
  readonly path: string
  readonly url: URL
  readonly query: URLSearchParams
  /** Of the request. */
  readonly headers: Headers
  /** Where a client of server-sent events has left off (`Last-Event-ID`); it may be anything that the client likes. */
  readonly lastEventId: string | undefined
  /** What the route's pattern has caught, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** The request in the standard interface; its body is read from the client as it is read here. */
  readonly request: Request
  /** Aborted when the client has left, or the server has given the reply up. */
  readonly signal: AbortSignal
  /**
   * Aborted when the server begins to drain, before `signal`: a reply that has no end of its own is to end soon. Aborted
   * already for a request that comes later. Its reason is a `Draining`.
   */
  readonly draining: AbortSignal
  /** Whatever the application keeps for this request. */
  readonly state: Map<unknown, unknown>
  readonly transport: Transport
  /**
   * Sends `103 Early Hints` with these `Link` fields at once, as often as it is called before the head of the reply has
   * gone out (RFC 8297). Does nothing where the client cannot have them: HTTP/1.0, or another host.
   * @throws TypeError for other than printable ASCII (G12), or what is no `Link`: `</style.css>; rel=preload; as=style`.
   */
  earlyHints(links: readonly string[]): void
  /** Registers what to call when the reply is over and its source closed, in the order of registration. */
  onClose(closer: () => unknown): void
}
