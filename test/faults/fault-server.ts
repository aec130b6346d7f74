import { strict as assert } from 'node:assert'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { onTestFinished } from 'vitest'
import { RawClient } from '../support/raw-client.ts'

/** What a server holds at the moment. */
export interface Stock {
  /** Bytes in use in all its threads. */
  readonly memory: number
  readonly sockets: number
  /** Open file descriptors, those of sockets among them. */
  readonly files: number
  /** Handlers that have not come to their end. */
  readonly handlers: number
  /** Sources that are not closed. */
  readonly sources: number
  /** How often a reply has waited for its client. */
  readonly awaited: number
  readonly reported: readonly string[]
}

/** What clients do to a server; what it gives back is called when the server has answered someone else meanwhile. */
export type Fault = (server: FaultServer) => Promise<void | (() => unknown)>

/** Bytes by which the memory of a server may differ after a fault: its code is compiled meanwhile. */
const NOISE = 8 * 1024 * 1024

/** Milliseconds in which a server that is attacked has to answer another client. */
const AT_ONCE = 3000

/** Milliseconds after which a server that holds something still does so for ever. */
const LONGEST_WAIT = 20_000

/** A server in a process of its own, whose memory and handles can be counted; it is gone after the test. */
export class FaultServer {
  readonly port: number
  readonly #process: ChildProcess
  readonly #protocol: 'HTTP/1.1' | 'HTTP/1.1, TLS'
  readonly #sockets = new Set<Socket>()

  private constructor(child: ChildProcess, port: number, protocol: 'HTTP/1.1' | 'HTTP/1.1, TLS') {
    this.#process = child
    this.port = port
    this.#protocol = protocol
  }

  static async open(options: object = {}): Promise<FaultServer> {
    const protocol = 'tls' in options ? 'HTTP/1.1, TLS' : 'HTTP/1.1'
    const watch = new URL('../support/watch-thread.ts', import.meta.url).href
    const child = fork(
      fileURLToPath(new URL('fixtures/server.ts', import.meta.url)),
      [JSON.stringify(options)],
      {
        execArgv: ['--conditions=millrace:source', '--expose-gc', `--import=${watch}`],
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    )
    const [{ port }] = await once(child, 'message')
    const server = new FaultServer(child, port, protocol)
    onTestFinished(() => server.#end())
    return server
  }

  /** A connection that is left alone; what becomes of it is for the test to see. */
  connect(): Socket {
    const socket = connect(this.port, '127.0.0.1').on('error', () => {})
    this.#sockets.add(socket)
    return socket.once('close', () => this.#sockets.delete(socket))
  }

  client(): RawClient {
    const client = new RawClient(this.port, this.#protocol)
    this.#sockets.add(client.socket)
    client.socket.once('close', () => this.#sockets.delete(client.socket))
    return client
  }

  /** What the server holds; its garbage is collected before where the memory and the sockets are asked for. */
  async stock({ collects = false } = {}): Promise<Stock> {
    const answer = once(this.#process, 'message')
    this.#process.send(collects)
    const [stock] = await answer
    return stock
  }

  /** Asks until the server is in this state; rejects with the state that it is in when it does not get there. */
  async until(is: (stock: Stock) => boolean, options?: { collects: boolean }): Promise<Stock> {
    const deadline = performance.now() + LONGEST_WAIT
    for (;;) {
      const stock = await this.stock(options)
      if (is(stock)) return stock
      if (performance.now() > deadline)
        throw new Error(`The server does not come to rest: ${inspect(stock)}\n${is}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Another client is answered at once. */
  async answers(): Promise<void> {
    const client = this.client()
    const start = performance.now()
    client.get('/', 'Connection: close')
    const { status, text, isComplete } = await client.reply()
    assert.deepEqual({ status, text, isComplete }, { status: 200, text: 'here', isComplete: true })
    assert.ok(performance.now() - start < AT_ONCE, 'another client was not answered at once')
    client.leave()
  }

  /**
   * Lets clients do this twice, the first time to warm up: each time another client is answered while they are at it,
   * and afterwards the server holds what it held before.
   */
  async withstands(fault: Fault): Promise<void> {
    await this.answers()
    await this.#suffer(fault)
    const before = await this.#rest()
    await this.#suffer(fault)
    const { files, reported } = await this.#rest(before)
    assert.deepEqual(reported, [])
    assert.equal(files, before.files)
  }

  async #suffer(fault: Fault): Promise<void> {
    const release = await fault(this)
    await this.answers()
    await release?.()
    for (const socket of this.#sockets) socket.destroy()
    await this.answers()
  }

  // Resolves when the server holds nothing that it did not hold before.
  #rest(before?: Stock): Promise<Stock> {
    const isAtRest = ({ sockets, handlers, sources, files, memory }: Stock): boolean => {
      if (sockets + handlers + sources > 0) return false
      return before === undefined || (files <= before.files && memory < before.memory + NOISE)
    }
    return this.until(isAtRest, { collects: true })
  }

  async #end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}
