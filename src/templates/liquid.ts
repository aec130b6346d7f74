import { runClosers, throwTogether } from '../body/run-closers.ts'
import {
  dataClosers,
  type PieceReader,
  type PieceStep,
  type TemplateData,
  type TemplateEngine,
} from './template-engine.ts'
import { TemplateError } from './template-error.ts'

/** The part of a LiquidJS engine that is used. */
export interface LiquidEngine<Parsed> {
  parseFile(name: string): PromiseLike<Parsed>
  renderToNodeStream(parsed: Parsed, data: object): LiquidStream
}

/** The part of a Node stream that is read. */
export interface LiquidStream {
  on(event: 'error', listener: (error: unknown) => void): unknown
  setEncoding?(encoding: 'utf8'): unknown
  destroy?(error?: Error): unknown
  [Symbol.asyncIterator](): AsyncIterator<unknown>
}

const over: PieceStep = { done: true, value: undefined }

/**
 * An engine for templates of LiquidJS, which streams by itself: it renders ahead of the reader, as far as it comes
 * without waiting.
 */
export function liquid<Parsed>(engine: LiquidEngine<Parsed>): TemplateEngine {
  return { open: (name, data) => new LiquidReader(engine, { name, data }) }
}

interface LiquidCall {
  name: string
  data: TemplateData
}

class LiquidReader<Parsed> implements PieceReader {
  readonly #engine: LiquidEngine<Parsed>
  readonly #call: LiquidCall
  #stream: LiquidStream | undefined
  #pieces: AsyncIterator<unknown> | undefined
  #isClosed = false

  constructor(engine: LiquidEngine<Parsed>, call: LiquidCall) {
    this.#engine = engine
    this.#call = call
  }

  async next(): Promise<PieceStep> {
    try {
      this.#pieces ??= await this.#open()
      const step = this.#isClosed ? over : await this.#pieces.next()
      return step.done ? over : { done: false, value: String(step.value) }
    } catch (error) {
      if (this.#isClosed) return over
      throw toTemplateError(error, this.#call.name)
    }
  }

  async close(): Promise<void> {
    const isFirst = !this.#isClosed
    this.#isClosed = true
    if (this.#stream) this.#stream.destroy?.()
    else if (isFirst) throwTogether(await runClosers(dataClosers(this.#call.data)))
  }

  async #open(): Promise<AsyncIterator<unknown>> {
    const { name, data } = this.#call
    const parsed = await this.#engine.parseFile(name)
    const stream = this.#engine.renderToNodeStream(parsed, data)
    // An error that nobody listens for ends the process; this one is told by the iterator.
    stream.on('error', () => {})
    stream.setEncoding?.('utf8')
    this.#stream = stream
    if (this.#isClosed) stream.destroy?.()
    return stream[Symbol.asyncIterator]()
  }
}

// LiquidJS tells the place in the token that it has failed at.
function toTemplateError(error: unknown, name: string): TemplateError {
  const token: unknown = error instanceof Error ? Reflect.get(error, 'token') : undefined
  const [line, column] = placeOf(token)
  const code = codeOf(error)
  const state = error instanceof Error ? error.message : String(error)
  return new TemplateError({ code, at: { template: name, line, column }, state, cause: error })
}

function codeOf(error: unknown): 'NOT_FOUND' | 'SYNTAX' | 'RENDER' {
  if (!(error instanceof Error)) return 'RENDER'
  if (Reflect.get(error, 'code') === 'ENOENT') return 'NOT_FOUND'
  return /^(?:ParseError|TokenizationError)$/.test(error.name) ? 'SYNTAX' : 'RENDER'
}

function placeOf(token: unknown): [line: number, column: number] {
  if (typeof token !== 'object' || token === null || !('getPosition' in token)) return [1, 1]
  const { getPosition } = token
  const place: unknown = typeof getPosition === 'function' ? Reflect.apply(getPosition, token, []) : undefined
  if (!Array.isArray(place)) return [1, 1]
  const [line, column] = place.map(Number)
  return [line ?? 1, column ?? 1]
}
