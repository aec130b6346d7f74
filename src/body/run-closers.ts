import { isNodeReadable, isWebReadable } from './source.ts'

/** How long, in milliseconds, a source that is parked in an `await` may take to stop. */
export const PARKED_LIMIT = 3000

/** One step of closing a body; what it throws does not stop the steps after it. */
export type Closer = () => unknown

/** What closes with a body, and is told why: undefined where nothing has gone wrong. */
export type BodyCloser = (reason: unknown) => unknown

/**
 * Runs every closer in order, each within a time limit.
 * @returns what they threw, in order; empty when all went well.
 */
export async function runClosers(closers: Iterable<Closer>, limit = PARKED_LIMIT): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const closer of closers) {
    try {
      const pending = closer()
      if (isPromiseLike(pending)) await settleWithin(pending, limit)
    } catch (error) {
      errors.push(error)
    }
  }
  return errors
}

/** Throws what closers threw, if anything: one error as it is, several together. */
export function throwTogether(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, 'Cannot close a body: several closers failed')
}

function settleWithin(pending: PromiseLike<unknown>, limit: number): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const giveUp = () =>
    reject(
      new Error(
        `Cannot close a source: it is still waiting after ${limit} ms; make its await end when \`signal\` aborts`,
      ),
    )
  const timer = setTimeout(giveUp, limit)
  pending.then(resolve, reject)
  return promise.finally(() => clearTimeout(timer))
}

/** What ends a source that was never asked for a block; undefined for one that holds nothing yet. */
export function unstartedCloser(source: unknown, reason: unknown): Closer | undefined {
  if (typeof source !== 'object' || source === null) return undefined
  // A stream that somebody else reads is theirs to close.
  if (isWebReadable(source)) return source.locked ? undefined : () => source.getReader().cancel(reason)
  if (isNodeReadable(source)) return () => void source.destroy()
  if ('next' in source && 'return' in source && typeof source.return === 'function') {
    const { return: stop } = source
    return () => Reflect.apply(stop, source, [reason])
  }
  return undefined
}

/** The resource behind a source: its `Symbol.asyncDispose`, `Symbol.dispose` or `close()`, the first it has. */
export function disposerOf(source: unknown): Closer | undefined {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return undefined
  // Their destroy() and cancel() have closed them already.
  if (isNodeReadable(source) || isWebReadable(source)) return undefined
  for (const key of [Symbol.asyncDispose, Symbol.dispose, 'close']) {
    const method: unknown = Reflect.get(source, key)
    if (typeof method !== 'function' || method.length > 0) continue
    if (builtIn.has(method)) continue
    return () => Reflect.apply(method, source, [])
  }
  return undefined
}

// What every generator inherits does no more than call `return()` a second time.
const builtIn: ReadonlySet<unknown> = new Set(inheritedDisposers())

function* inheritedDisposers(): Generator<unknown> {
  const generator = (function* () {})()
  const asyncGenerator = (async function* () {})()
  yield Reflect.get(generator, Symbol.dispose)
  yield Reflect.get(asyncGenerator, Symbol.asyncDispose)
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
