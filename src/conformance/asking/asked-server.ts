import type { ClientProtocol, ConnectOptions, Connection } from '../../client/connection.ts'
import { openConnection } from '../../client/open-connection.ts'
import { AskedReply } from './asked-reply.ts'
import { RawConnection } from './raw-connection.ts'

/** What the server tells of a source. */
export interface SourceState {
  started: number
  made: number
  closed: number
  context: string | null
}

export interface AskOptions {
  /** GET by default. */
  method?: string
  fields?: readonly (readonly [name: string, value: string])[]
  /** Another than that of the suite. */
  protocol?: ClientProtocol
  /** One that is open already. */
  connection?: Connection
  keepsBytes?: boolean
}

export interface AskedServerOptions extends ConnectOptions {
  /** What the server speaks, or is to speak. */
  readonly protocol: ClientProtocol
  /** The value of the field Authorization of each request; none where it is missing. */
  readonly authorization?: string | undefined
  /** Milliseconds that anything may take that should be there at once. */
  readonly patience: number
  /** The same object in all runs of a suite. */
  readonly suite: object
  /** By what the times of sources are multiplied: 1, and more when a case is repeated. */
  readonly pace: number
}

// A server that is busy may be late with what is no part of any case; milliseconds.
const STATE_TIME = 10_000

let nextId = 1

/** A server as one run of one case asks it; `close` ends all connections of the case. */
export class AskedServer {
  readonly url: URL
  readonly patience: number
  readonly pace: number
  readonly protocol: ClientProtocol
  /** The same object in all runs of a suite: what cases share is kept by it. */
  readonly suite: object
  readonly #options: AskedServerOptions
  readonly #opened: { close(): void }[] = []

  constructor(url: URL, options: AskedServerOptions) {
    this.url = url
    this.protocol = options.protocol
    this.patience = options.patience
    this.pace = options.pace
    this.suite = options.suite
    this.#options = options
  }

  /** A name for a source, which no other run uses. */
  createId(): string {
    return `${process.pid.toString(36)}-${Date.now().toString(36)}-${nextId++}`
  }

  /** A path of the endpoints behind that of the URL, for a server that has them below a folder. */
  toTarget(path: string): string {
    return this.url.pathname.replace(/\/$/, '') + path
  }

  /** The head of a raw request, without its end: more fields and an empty line come behind it. */
  formatHead(method: string, path: string): string {
    const fields = [['Host', this.url.host], ...this.#ownFields()].map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    return `${method} ${this.toTarget(path)} HTTP/1.1\r\n${fields.join('')}`
  }

  /** Opens a connection. @throws ConnectError */
  async open(protocol: ClientProtocol = this.protocol): Promise<Connection> {
    const connection = await openConnection(this.url, { ...this.#options, protocol })
    this.#opened.push(connection)
    return connection
  }

  /** Opens a connection for text that is no request as a client should send it; HTTP/1 alone. @throws ConnectError */
  async openRaw(): Promise<RawConnection> {
    const raw = await RawConnection.open(this.url, this.#options)
    this.#opened.push(raw)
    return raw
  }

  /** Sends a request, on a connection of its own by default; resolves before anything has come. */
  async ask(target: string, options: AskOptions = {}): Promise<AskedReply> {
    const { method = 'GET', fields = [], protocol, keepsBytes = true } = options
    const connection = options.connection ?? (await this.open(protocol))
    const reply = new AskedReply({ keepsBytes })
    const request = {
      method,
      target: this.toTarget(target),
      fields: [...this.#ownFields(), ...fields],
      authority: this.url.host,
    }
    return reply.belongsTo(connection.send(request, reply))
  }

  /** Asks, and waits for the end as long as the patience and `ms` last. */
  async askWhole(
    target: string,
    { ms = 0, ...options }: AskOptions & { ms?: number } = {},
  ): Promise<AskedReply> {
    const connection = options.connection ?? (await this.open(options.protocol))
    try {
      const reply = await this.ask(target, { ...options, connection })
      await reply.until(({ ending }) => ending !== undefined, this.patience + ms)
      return reply
    } finally {
      if (!options.connection) connection.close()
    }
  }

  /** What the server says of a source. */
  async state(id: string): Promise<SourceState> {
    const reply = await this.askWhole(`/state?id=${encodeURIComponent(id)}`, { ms: STATE_TIME })
    if (reply.status !== 200)
      throw new Error(`Cannot ask for the state of a source: ${reply.status || 'no answer'}`)
    return toState(JSON.parse(reply.text))
  }

  /** Asks for the state of a source again and again until something is so; gives the last one. */
  async stateWhen(
    id: string,
    isSo: (state: SourceState) => boolean,
    ms = this.patience,
  ): Promise<SourceState> {
    const deadline = performance.now() + ms
    let pause = 5
    for (;;) {
      const state = await this.state(id)
      if (isSo(state) || performance.now() >= deadline) return state
      await new Promise((resolve) => setTimeout(resolve, pause))
      pause = Math.min(pause * 1.5, 100)
    }
  }

  #ownFields(): (readonly [name: string, value: string])[] {
    const { authorization } = this.#options
    return authorization === undefined ? [] : [['authorization', authorization]]
  }

  close(): void {
    for (const one of this.#opened) one.close()
  }
}

function toState(value: unknown): SourceState {
  const { started, made, closed, context } = { ...Object(value) }
  return {
    started: Number(started ?? 0),
    made: Number(made ?? 0),
    closed: Number(closed ?? 0),
    context: typeof context === 'string' ? context : null,
  }
}
