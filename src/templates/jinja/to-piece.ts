import { isPromiseLike } from '../../body/run-closers.ts'
import { operators } from './operators.ts'
import type { Outcome, Program, Scope, Task, TaskStack } from './scope.ts'
import type { Render } from './render.ts'

const special = /[&"'<>\\]/
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
  '\\': '&#92;',
}

/** Text that HTML takes for text, between tags and in a quoted attribute; as nunjucks escapes it. */
export function escapeText(text: string): string {
  return special.test(text) ? text.replaceAll(/[&"'<>\\]/g, (character) => entities[character] ?? '') : text
}

/**
 * A value as a piece of the output. A promise is waited for; an async source becomes a piece for each of its values,
 * by a task on the stack.
 * @throws Error where `throwOnUndefined` is set and there is no value.
 */
export function toPiece(value: unknown, scope: Scope, stack: TaskStack): Outcome | PromiseLike<Outcome> {
  const { render } = scope.place
  if (typeof value === 'string') return render.autoescape ? escapeText(value) : value
  if (typeof value === 'number') return String(value)
  if (value === undefined || value === null) return nothing(render)
  if (typeof value !== 'object') return plainText(value, render)
  if (value instanceof render.runtime.SafeString) return value.toString()
  if (isPromiseLike(value)) return value.then((settled) => toPiece(settled, scope, stack))
  const iterator = openAsync(value)
  if (iterator === undefined) return plainText(value, render)
  render.begin(value, iterator)
  stack.push(new PiecesTask(iterator, scope))
  return undefined
}

/** The iterator of an async source; undefined for every other value. */
export function openAsync(value: object): AsyncIterator<unknown> | undefined {
  return isAsyncIterable(value) ? value[Symbol.asyncIterator]() : undefined
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === 'function'
}

function nothing(render: Render<Program>): string {
  if (!render.throwOnUndefined) return ''
  throw new Error('attempted to output null or undefined value')
}

// Without escaping, nunjucks adds the value to the text with `+`, which asks `valueOf` first.
function plainText(value: {}, render: Render<Program>): string {
  return render.autoescape ? escapeText(value.toString()) : String(operators['+']('', value))
}

/** Each value of an async source as a piece. */
class PiecesTask implements Task {
  readonly #iterator: AsyncIterator<unknown>
  readonly #scope: Scope

  constructor(iterator: AsyncIterator<unknown>, scope: Scope) {
    this.#iterator = iterator
    this.#scope = scope
  }

  async step(stack: TaskStack): Promise<Outcome> {
    const { render } = this.#scope.place
    const step = await next(this.#iterator, render)
    if (!step.done) return toPiece(step.value, this.#scope, stack)
    render.finish(this.#iterator)
    if (!render.isClosed) stack.pop()
    return undefined
  }
}

// An iterator that has failed is at its end.
async function next(
  iterator: AsyncIterator<unknown>,
  render: Render<Program>,
): Promise<IteratorResult<unknown>> {
  try {
    return await iterator.next()
  } catch (error) {
    render.finish(iterator)
    throw error
  }
}
