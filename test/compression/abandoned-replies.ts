// Clients that leave compressed replies in mid-stream, in every encoding and at three moments: while the source waits,
// while the compressor is at work, and while nobody reads.
import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Block, type Reply, stream } from 'millrace'
import type { SourceInit } from 'millrace/body'
import type { Context } from 'millrace/context'
import type { Encoding } from 'millrace/middleware'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']
const headers = { 'content-type': 'text/plain' }

type Moment = 'parked' | 'busy' | 'unread'

// A client that does not read costs some megabytes of the kernel's memory first.
const plan: readonly Moment[] = [
  'unread',
  ...Array.from({ length: 50 }, () => ['parked', 'busy'] as const).flat(),
]

interface Visit {
  readonly port: number
  readonly id: number
  /** Where to tell when the reply is where it is to be left. */
  readonly reached: Promise<void>[]
  readonly together: Promise<void>
}

/** The route, and those who leave it. */
export class AbandonedReplies implements Disposable {
  /** How many replies are over. */
  closed = 0
  readonly #paths = new WeakMap<object, string>()
  readonly #unread = new Map<string, () => void>()
  readonly #over = new Map<string, () => void>()

  constructor() {
    subscribe('millrace:request-read', this.#read)
    subscribe('millrace:client-awaited', this.#await)
  }

  readonly routes = { '/:moment/:id': (context: Context) => this.#answer(context) }

  /** Leaves so many replies, some hundred at a time; resolves when all of them are over. */
  async leave(port: number, count: number, atOnce: number): Promise<void> {
    for (let from = 0; from < count; from += atOnce) {
      const ids = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => from + index)
      // Those whose source waits stay until all are there.
      const together = Promise.withResolvers<void>()
      const reached: Promise<void>[] = []
      const over = ids.map((id) => this.#visit({ port, id, reached, together: together.promise }))
      await Promise.all(reached)
      together.resolve()
      await Promise.all(over)
    }
  }

  [Symbol.dispose](): void {
    unsubscribe('millrace:request-read', this.#read)
    unsubscribe('millrace:client-awaited', this.#await)
  }

  async #visit({ port, id, reached, together }: Visit): Promise<void> {
    const moment = plan[id % plan.length] ?? 'parked'
    const path = `/${moment}/${id}`
    const over = new Promise<void>((resolve) => this.#over.set(path, resolve))
    const unread = new Promise<void>((resolve) => this.#unread.set(path, resolve))
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => {})
    const encoding = encodings[id % encodings.length] ?? 'gzip'
    socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\nAccept-Encoding: ${encoding}\r\n\r\n`)
    const isThere = moment === 'unread' ? unread : readBody(socket)
    reached.push(isThere)
    await (moment === 'parked' ? together : isThere)
    if (id % 3) socket.destroy()
    else socket.resetAndDestroy()
    await over
  }

  #answer({ path }: Context): Reply {
    const onClose = () => {
      this.closed++
      this.#over.get(path)?.()
    }
    const source = path.startsWith('/parked') ? this.#waiting : this.#endless
    return stream(source, { headers, onClose, delivery: 'turn' })
  }

  readonly #waiting = async function* ({ signal }: SourceInit): AsyncGenerator<Block> {
    yield 'a block'
    if (!signal.aborted) await once(signal, 'abort')
  }

  readonly #endless = function* (): Generator<Block> {
    for (;;) yield randomBytes(24_000).toString('base64')
  }

  readonly #read = (message: unknown): void => {
    this.#paths.set(Object(message).reply, Object(message).path)
  }

  readonly #await = (message: unknown): void => {
    this.#unread.get(this.#paths.get(Object(message).reply) ?? '')?.()
  }
}

// What follows the head is of the compressor.
async function readBody(socket: Socket): Promise<void> {
  let text = ''
  while (!/\r\n\r\n[^]/.test(text)) {
    const [bytes]: Buffer[] = await once(socket, 'data')
    text += bytes?.toString('latin1')
  }
}
