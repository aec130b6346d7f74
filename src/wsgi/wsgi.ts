import { isBytes } from '../body/block.ts'
import { toBlocks } from '../body/blocks.ts'
import { isPromiseLike, runClosers, throwTogether } from '../body/run-closers.ts'
import type { Context } from '../context/context.ts'
import { isBodiless } from '../delivery/framing.ts'
import type { Delivery } from '../delivery/pump-plan.ts'
import type { Handler } from '../gateway/handler.ts'
import { type Reply, stream } from '../reply/reply.ts'
import type { ReplyInit } from '../reply/reply-options.ts'
import type { Application, ErrorStream, StartResponse } from './application.ts'
import { FileWrapper } from './environ/file-wrapper.ts'
import { ResponseStart } from './response-start.ts'
import { toEnviron } from './environ/to-environ.ts'
import { WsgiBlocks } from './wsgi-blocks.ts'
import { WsgiInput } from './environ/wsgi-input.ts'

export interface WsgiOptions {
  /** The path at which the application stands, `/shop`: its SCRIPT_NAME. Empty by default. */
  script?: string
  /** Where `wsgi.errors` goes, standard error by default. */
  errors?: ErrorStream
  /** Whether other processes run the same application; false by default. */
  multiprocess?: boolean
  /** `turn` lets blocks that are ready together leave together, which PEP 3333 forbids; that of the server by default. */
  delivery?: Delivery
}

/**
 * An application of PEP 3333 as a handler. docs/wsgi.md lists the rules; a breach throws a `WsgiError`.
 * Its body is asked for up to the first non-empty block before the head is settled, and closed exactly once.
 */
export function wsgi(application: Application, options: WsgiOptions = {}): Handler {
  if (typeof application !== 'function')
    throw new TypeError('Cannot serve a WSGI application: give a function')
  const { script = '', errors = standardError, multiprocess = false, delivery } = options
  if (!/^(?:\/.*[^/])?$/.test(script)) {
    throw new TypeError(
      `Cannot serve a WSGI application at ${JSON.stringify(script)}: give a path such as "/shop"`,
    )
  }
  const settings: Settings = { script, errors, multiprocess, reply: delivery ? { delivery } : {} }
  return (context) => new Call(context, application).answer(settings)
}

interface Settings extends Required<Pick<WsgiOptions, 'script' | 'errors' | 'multiprocess'>> {
  readonly reply: Pick<ReplyInit, 'delivery'>
}

/** One request to one application. */
class Call {
  readonly #context: Context
  readonly #application: Application
  readonly #blocks: WsgiBlocks
  readonly #start: ResponseStart
  #derived: number | undefined
  #file: FileWrapper | undefined

  constructor(context: Context, application: Application) {
    this.#context = context
    this.#application = application
    this.#blocks = new WsgiBlocks(() => this.#start, context)
    this.#start = new ResponseStart(this.#blocks.write)
  }

  async answer(settings: Settings): Promise<Reply> {
    this.#run(settings)
    await this.#blocks.ready
    try {
      await this.#prepareFile()
      if (!this.#isBodiless()) await this.#peek()
      return this.#toReply(settings)
    } catch (error) {
      await this.#close()
      throw error
    }
  }

  #run({ script, errors, multiprocess }: Settings): void {
    const { flush, pause } = this.#blocks
    const environ = toEnviron(
      this.#context,
      {
        'wsgi.input': new WsgiInput(() => this.#context.request.body),
        'wsgi.errors': errors,
        'wsgi.file_wrapper': (file, blockSize) => new FileWrapper(file, blockSize),
        'wsgi.multiprocess': multiprocess,
        'x-wsgiorg.flush': flush,
        'x-wsgiorg.suspend': (timeout) => pause.suspend(timeout),
      },
      script,
    )
    const startResponse: StartResponse = (...call) => this.#start.call(...call)
    try {
      const result: unknown = this.#application(environ, startResponse)
      if (!isPromiseLike(result)) return this.#take(result)
      result.then(
        (body) => this.#take(body),
        (error: unknown) => this.#blocks.fail(error),
      )
    } catch (error) {
      this.#blocks.fail(error)
    }
  }

  #take(body: unknown): void {
    if (Array.isArray(body) && body.length === 1 && isBytes(body[0]) && !this.#blocks.wasWritten) {
      this.#derived = body[0].byteLength
    }
    if (body instanceof FileWrapper && !this.#blocks.wasWritten) this.#file = body
    this.#blocks.take(body)
  }

  // The head is there and the body is not wanted: the application is not asked for a block.
  #isBodiless(): boolean {
    const { head } = this.#start
    return head !== undefined && (this.#context.method === 'HEAD' || isBodiless(head.status))
  }

  // The pump notices a client that leaves; here nobody else does.
  async #peek(): Promise<void> {
    const { signal } = this.#context
    signal.throwIfAborted()
    const left = Promise.withResolvers<void>()
    const onAbort = (): void => left.reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#blocks.peek(), left.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #prepareFile(): Promise<void> {
    const { head } = this.#start
    if (head && this.#file && !isBodiless(head.status)) this.#derived = await this.#file.limitTo(head.length)
  }

  #toReply(settings: Settings): Reply {
    const { status, reason, headers } = this.#start.commit('end the response')
    const isOpen = this.#file !== undefined || !headers.has('content-length')
    if (this.#derived !== undefined && isOpen && !isBodiless(status)) {
      headers.set('content-length', String(this.#derived))
    }
    return stream(toBlocks(this.#blocks), { status, statusText: reason, headers, ...settings.reply })
  }

  // What a closer throws is reported when the error reply is over; the error itself becomes that reply.
  async #close(): Promise<void> {
    const errors = await runClosers([() => this.#blocks.return(), () => this.#blocks.close()])
    if (errors.length > 0) this.#context.onClose(() => throwTogether(errors))
  }
}

const standardError: ErrorStream = {
  write: (text) => process.stderr.write(text),
  writelines(lines) {
    for (const line of lines) process.stderr.write(line)
  },
  flush() {},
}
