import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from './context.ts'

/** A context that knows when it has ended. */
export interface EndingContext extends Context {
  readonly isClosed: boolean
}

const storage = new AsyncLocalStorage<EndingContext>()

/** Runs a task in which {@link currentContext} is this context. */
export function runInContext<T>(context: EndingContext, task: (context: EndingContext) => T): T {
  return storage.run(context, task, context)
}

/**
 * The context of the reply being made: anywhere below its handler, in its generators while their blocks are pulled,
 * in their `finally` and in `onClose`.
 * @throws Error outside of a handler, and after the reply has closed.
 */
export function currentContext(): Context {
  const context = storage.getStore()
  if (!context) {
    throw new Error('Cannot get the current context: no reply is being made here; call it below a handler')
  }
  if (context.isClosed) {
    throw new Error(
      `Cannot get the current context: the reply to ${context.method} ${context.path} has closed; ` +
        'keep what you need of it in a variable, or await the work inside the body',
    )
  }
  return context
}
