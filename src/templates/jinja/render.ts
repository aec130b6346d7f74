import type { Closer } from '../../body/run-closers.ts'
import { isNodeReadable } from '../../body/source.ts'
import type { TemplatePosition } from '../template-error.ts'
import { dataClosers, type TemplateData } from '../template-engine.ts'
import type { NunjucksEnvironment, NunjucksRuntime } from './nunjucks-module.ts'

/** Finds a template by its name, as another one calls it. */
export type Load<Program> = (name: unknown, from?: LoadOptions) => Program | PromiseLike<Program>

export interface LoadOptions {
  /** The path of the template that names the other one. */
  parent?: string | undefined
  /** An empty template where there is none of that name. */
  ignoreMissing?: boolean
}

interface RenderInit<Program> {
  env: NunjucksEnvironment
  runtime: NunjucksRuntime
  load: Load<Program>
  data: TemplateData
}

/** What all templates of one rendering share; it knows what has to be closed when the rendering stops. */
export class Render<Program> {
  readonly env: NunjucksEnvironment
  readonly runtime: NunjucksRuntime
  readonly load: Load<Program>
  readonly data: TemplateData
  readonly autoescape: boolean
  readonly throwOnUndefined: boolean
  /** What is being evaluated, for the message of an error. */
  at: TemplatePosition = { template: '', line: 1, column: 1 }
  isClosed = false
  /** What is open, with what it reads. */
  readonly #iterators = new Map<object, unknown>()
  readonly #begun = new Set<unknown>()

  constructor({ env, runtime, load, data }: RenderInit<Program>) {
    this.env = env
    this.runtime = runtime
    this.load = load
    this.data = data
    this.autoescape = env.opts.autoescape
    this.throwOnUndefined = env.opts.throwOnUndefined
  }

  /** Notes that a source is read, and by what. */
  begin(source: unknown, iterator: object): void {
    this.#begun.add(source)
    this.#iterators.set(iterator, source)
  }

  /** Notes that an iterator is at its end, and need not be closed. */
  finish(iterator: object): void {
    this.#iterators.delete(iterator)
  }

  /** Closers of every iterator that is open, the innermost first, and of the sources in the data never read. */
  *closers(reason: unknown): Generator<Closer> {
    this.isClosed = true
    for (const [iterator, source] of [...this.#iterators].reverse())
      yield () => closeIterator(iterator, source)
    this.#iterators.clear()
    yield* dataClosers(this.data, { begun: this.#begun, reason })
  }
}

function closeIterator(iterator: object, source: unknown): unknown {
  // `return()` of its iterator waits behind a pending `next()`; destroy() does not.
  if (typeof source === 'object' && source !== null && isNodeReadable(source)) return void source.destroy()
  const stop: unknown = Reflect.get(iterator, 'return')
  return typeof stop === 'function' ? Reflect.apply(stop, iterator, []) : undefined
}
