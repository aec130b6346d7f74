import type { Context } from '../context/context.ts'
import type { WatchedRequest } from './watched-replies.ts'

/** Where the number of a request comes from. */
export interface RequestIdOptions {
  /** The field of the request that may bring one, `x-request-id` by default; in lower case. */
  header?: string
  /** Makes one for a request that brings none, or none that can be used. */
  generate?: () => string
}

const KEY = 'requestId'

/** The number of a request, as {@link accessLog} logs it; undefined where no log is kept. */
export function requestId(context: Context): string | undefined {
  const id = context.state.get(KEY)
  return typeof id === 'string' ? id : undefined
}

/** Gives each request a number, and its context too. */
export class RequestIds {
  readonly #header: string
  readonly #generate: () => string

  constructor({ header = 'x-request-id', generate = generateId }: RequestIdOptions = {}) {
    this.#header = header
    this.#generate = generate
  }

  /** The number of a request: what it brings, or a new one. Another watcher may have given it one before. */
  take({ reply, context }: WatchedRequest): string {
    const known = context && requestId(context)
    if (known !== undefined) return known
    const brought = reply.requestField(this.#header)
    const id = brought !== undefined && isUsable(brought) ? brought : this.#generate()
    context?.state.set(KEY, id)
    return id
  }
}

// What a client sends ends up in logs, headers and shells of others.
function isUsable(text: string): boolean {
  return /^[\w.:+/=@-]{1,128}$/.test(text)
}

const prefix = crypto.randomUUID().slice(0, 8)
let count = 0

// Unique among processes by its first part, and cheaper than a random number for each request.
function generateId(): string {
  return `${prefix}-${(++count).toString(36)}`
}
