import { RawClient } from '../../support/raw-client.ts'
import { allLines } from './lines.ts'

interface Kind {
  readonly name: string
  readonly head: string
  readonly expected: string
}

const ENOUGH = 12

const body = 'x'.repeat(1000)
const kinds = {
  short: { name: 'short', head: 'GET /short HTTP/1.1\r\nHost: test\r\n', expected: 'short' },
  lines: { name: 'lines', head: 'GET /lines HTTP/1.1\r\nHost: test\r\n', expected: allLines },
  post: {
    name: 'post',
    head: `POST /length HTTP/1.1\r\nHost: test\r\nContent-Length: ${body.length}\r\n`,
    expected: String(body.length),
  },
} as const

export type KindName = keyof typeof kinds

/**
 * Clients that ask a proxy again and again until they are told to stop, or disposed of; none of them ever asks twice for
 * the same.
 */
export class Load implements Disposable {
  readonly #port: number
  readonly #answered = new Map<string, number>()
  readonly #lost: string[] = []
  readonly #enough = Promise.withResolvers<void>()
  readonly #clients: Promise<void>[]
  readonly #open = new Set<RawClient>()
  #isStopped = false

  constructor(port: number, names: readonly KindName[], clients = 12) {
    this.#port = port
    for (const name of names) this.#answered.set(name, 0)
    this.#clients = Array.from({ length: clients }, (_, index) => {
      const kind = kinds[names[index % names.length] ?? 'short']
      return this.#ask(kind, index % 2 === 0)
    })
  }

  /** Goes on until each kind was answered a dozen times, or something lost; gives what came in place of a whole reply. */
  async stop(): Promise<readonly string[]> {
    await this.#enough.promise
    this.#isStopped = true
    await Promise.all(this.#clients)
    return this.#lost
  }

  /** Breaks off what is being asked: nobody waits for it. */
  [Symbol.dispose](): void {
    this.#isStopped = true
    for (const client of this.#open) client.leave()
  }

  // One client in two keeps its connection.
  async #ask(kind: Kind, keeps: boolean): Promise<void> {
    let client: RawClient | undefined
    while (!this.#isStopped) {
      client ??= this.#connect()
      client.send(`${kind.head}${keeps ? '' : 'Connection: close\r\n'}\r\n`)
      if (kind.name === 'post') client.send(body)
      const { status, text, isComplete, headers } = await client.reply()
      if (status === 200 && isComplete && text === kind.expected) this.#count(kind.name)
      else
        this.#lose(`${kind.name}, ${keeps ? 'kept' : 'new'}: ${status} ${isComplete} ${text.slice(0, 100)}`)
      if (keeps && isComplete && headers.get('connection') !== 'close') continue
      this.#leave(client)
      client = undefined
    }
    if (client) this.#leave(client)
  }

  #connect(): RawClient {
    const client = new RawClient(this.#port)
    this.#open.add(client)
    return client
  }

  #leave(client: RawClient): void {
    this.#open.delete(client)
    client.leave()
  }

  #count(name: string): void {
    this.#answered.set(name, (this.#answered.get(name) ?? 0) + 1)
    if (Math.min(...this.#answered.values()) >= ENOUGH) this.#enough.resolve()
  }

  #lose(what: string): void {
    this.#lost.push(what)
    this.#enough.resolve()
  }
}
