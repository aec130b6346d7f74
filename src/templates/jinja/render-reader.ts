import { isPromiseLike, runClosers, throwTogether } from '../../body/run-closers.ts'
import { HttpError, InternalRedirect, Redirect } from '../../reply/http-error.ts'
import type { PieceReader, PieceStep } from '../template-engine.ts'
import { TemplateError } from '../template-error.ts'
import { Frame } from './frame.ts'
import { Machine, runOps } from './machine.ts'
import type { Render } from './render.ts'
import { type Outcome, Place, type Program, Scope } from './scope.ts'
import { TemplateContext } from './template-context.ts'

const over: PieceStep = { done: true, value: undefined }

/** Renders a template piece by piece; it is loaded when the first piece is asked for. */
export class RenderReader implements PieceReader {
  readonly #render: Render<Program>
  readonly #machine: Machine
  readonly #name: string
  #state: 'new' | 'running' | 'over' = 'new'
  #closing: Promise<void> | undefined
  #waiting: PromiseWithResolvers<PieceStep> | undefined

  constructor(render: Render<Program>, name: string) {
    this.#render = render
    this.#machine = new Machine(render)
    this.#name = name
    render.at = { template: name, line: 1, column: 1 }
  }

  next(): PieceStep | PromiseLike<PieceStep> {
    if (this.#state === 'over') return over
    try {
      const outcome = this.#state === 'new' ? this.#begin() : this.#machine.next()
      if (outcome === undefined) return this.#end()
      if (typeof outcome === 'string') return { done: false, value: outcome }
      return this.#wait(outcome)
    } catch (error) {
      throw this.#toFailure(error)
    }
  }

  close(reason?: unknown): Promise<void> {
    this.#state = 'over'
    this.#waiting?.resolve(over)
    this.#closing ??= runClosers(this.#render.closers(reason)).then(throwTogether)
    return this.#closing
  }

  #begin(): Outcome | PromiseLike<Outcome> {
    this.#state = 'running'
    const program = this.#render.load(this.#name)
    return isPromiseLike(program) ? this.#load(program) : this.#run(program)
  }

  async #load(pending: PromiseLike<Program>): Promise<Outcome> {
    const program = await pending
    return this.#render.isClosed ? undefined : this.#run(program)
  }

  #run(program: Program): Outcome | PromiseLike<Outcome> {
    const render = this.#render
    const frame = new Frame()
    frame.topLevel = true
    const context = new TemplateContext(render.env, render.data, program.blocks)
    const scope = new Scope(new Place(render, context, frame), program.code.slots)
    const outcome = runOps(program.code.ops, scope, this.#machine)
    if (outcome === undefined) return this.#machine.next()
    return typeof outcome === 'string' ? outcome : this.#afterFirst(outcome)
  }

  async #afterFirst(pending: PromiseLike<Outcome>): Promise<Outcome> {
    const outcome = await pending
    return outcome === undefined && !this.#render.isClosed ? this.#machine.next() : outcome
  }

  #end(): PieceStep {
    this.#state = 'over'
    return over
  }

  // Whoever waits is told that it is over when the rendering is closed, though the value may never come.
  #wait(outcome: PromiseLike<Outcome>): Promise<PieceStep> {
    const waiting = Promise.withResolvers<PieceStep>()
    this.#waiting = waiting
    outcome.then(
      (piece) => waiting.resolve(piece === undefined ? this.#end() : { done: false, value: piece }),
      (error: unknown) => waiting.reject(this.#toFailure(error)),
    )
    return waiting.promise
  }

  #toFailure(error: unknown): unknown {
    this.#state = 'over'
    return toTemplateError(error, this.#render)
  }
}

// What decides about the whole reply is no fault of the template: it goes on as it is.
function toTemplateError(error: unknown, { at }: Render<Program>): unknown {
  if (error instanceof TemplateError || error instanceof HttpError) return error
  if (error instanceof Redirect || error instanceof InternalRedirect) return error
  const state = error instanceof Error ? error.message : String(error)
  return new TemplateError({ code: 'RENDER', at, state, cause: error })
}
