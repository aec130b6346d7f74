import type { Transport } from '../../context/context.ts'
import type { RequestFacts } from '../../context/request-context.ts'
import type { Delivery } from '../../delivery/pump-plan.ts'
import { toHeaders } from '../to-headers.ts'
import { parseFields, type RequestRecord } from './records.ts'

/** What a request asks of the thread that has its connection. */
export interface RequestThread {
  readonly delivery: Delivery
  /** The next piece of the request body; undefined when it has ended. */
  read(): Promise<Uint8Array | undefined>
  hint(links: readonly string[]): void
}

/** The facts of a request that another thread has parsed. */
export class ThreadRequest implements RequestFacts {
  readonly method: string
  readonly target: string
  readonly transport: Transport
  readonly #record: RequestRecord
  readonly #thread: RequestThread

  constructor(record: RequestRecord, thread: RequestThread) {
    this.method = record.method
    this.target = record.target
    this.#record = record
    this.#thread = thread
    this.transport = {
      protocol: `HTTP/${record.version}`,
      secure: record.secure,
      remoteAddress: record.remoteAddress,
      remotePort: record.remotePort,
      peerAddress: record.peerAddress,
      asynchronous: true,
      delivery: thread.delivery,
    }
  }

  origin(): string {
    return `${this.#record.secure ? 'https' : 'http'}://${this.#record.authority}`
  }

  field(name: string): string | undefined {
    const fields = parseFields(this.#record.fields)
    const at = fields.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name)
    return at === -1 ? undefined : fields[at + 1]
  }

  headers(): Headers {
    return toHeaders(parseFields(this.#record.fields))
  }

  body(): ReadableStream<Uint8Array> | null {
    if (!this.#record.hasBody) return null
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await this.#thread.read()
          if (piece) controller.enqueue(piece)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
  }

  earlyHints(links: readonly string[]): void {
    if (this.#record.version !== '1.0') this.#thread.hint(links)
  }
}
