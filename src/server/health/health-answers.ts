import type { Live, Wire } from '../wire.ts'

/** Where the server is asked for its health. */
export interface HealthPaths {
  /** Whether the process serves. */
  readonly live: string
  /** Whether it is to be sent requests. */
  readonly ready: string
}

/** The paths that an option of the server asks for; undefined for none. */
export function toHealthPaths(option: boolean | Partial<HealthPaths> = false): HealthPaths | undefined {
  if (option === false) return undefined
  const { live = '/healthz', ready = '/readyz' } = option === true ? {} : option
  return { live, ready }
}

/** Answers for a server's health, where its connections are: also while the application computes. */
export class HealthAnswers {
  /** True as soon as the server is told to close. */
  isDraining = false
  readonly #paths: HealthPaths
  readonly #isStalled: () => boolean

  constructor(paths: HealthPaths, isStalled: () => boolean = () => false) {
    this.#paths = paths
    this.#isStalled = isStalled
  }

  /** Answers a request for health; false for any other. */
  answer(target: string, wire: Wire): boolean {
    const { live, ready } = this.#paths
    // As a proxy is sent it; what is wrong with it is found below.
    const own = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '')
    const isReady = isPath(own, ready)
    if (!isReady && !isPath(own, live)) return false
    if (wire.method !== 'GET' && wire.method !== 'HEAD') return false
    if (!isReadable(wire)) return false
    new HealthReply(wire).send(this.#state(isReady))
    return true
  }

  // A server that drains is alive: who kills it cuts its last replies.
  #state(isReady: boolean): State {
    if (isReady && this.isDraining) return 'draining'
    return this.#isStalled() ? 'stalled' : 'ok'
  }
}

type State = 'ok' | 'draining' | 'stalled'

// Live until it has left: the connection does not end before it, nor before its turn on a connection with others.
class HealthReply implements Live {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  send(state: State): void {
    const wire = this.#wire
    wire.open(this)
    const text = Buffer.from(`${state}\n`)
    const fields = ['content-type', 'text/plain;charset=UTF-8', 'content-length', String(text.length)]
    fields.push('cache-control', 'no-store')
    const [status, reason] = state === 'ok' ? ([200, 'OK'] as const) : ([503, 'Service Unavailable'] as const)
    const isHead = wire.method === 'HEAD'
    const framing = isHead ? ({ kind: 'none' } as const) : ({ kind: 'length', bytes: text.length } as const)
    wire.writeHead({ status, reason, fields, framing, stays: true })
    wire.end(isHead ? undefined : text, () => wire.close(this))
  }

  abort(): void {
    this.#wire.close(this)
  }
}

// One that is refused is refused as any other is.
function isReadable(wire: Wire): boolean {
  try {
    wire.readRequest()
    return true
  } catch {
    return false
  }
}

function isPath(target: string, path: string): boolean {
  return target === path || (target.startsWith(path) && target[path.length] === '?')
}
