import type { TemplatePosition } from '../template-error.ts'
import type { Frame } from './frame.ts'
import type { Render } from './render.ts'
import type { TemplateContext } from './template-context.ts'

/** A piece, or undefined where there is none yet: ask again. */
export type Outcome = string | undefined

/** One thing that a template does. It gives a piece, or a promise of one, or puts a task on the stack. */
export type Op = (scope: Scope, stack: TaskStack) => Outcome | PromiseLike<Outcome>

/** The value of an expression, or a promise of it. */
export type Evaluate = (scope: Scope) => unknown

/** Something that takes more than one step; it takes itself off the stack at its end. */
export interface Task {
  step(stack: TaskStack): Outcome | PromiseLike<Outcome>
}

export interface TaskStack {
  readonly top: Task | undefined
  push(task: Task): void
  pop(): void
}

/** `{% block %}` as one template defines it. */
export interface Block {
  readonly name: string
  readonly at: TemplatePosition
  readonly code: Code
}

/** Ops that share their local variables. */
export interface Code {
  readonly ops: readonly Op[]
  /** How many variables they have. */
  readonly slots: number
}

/** A template, ready to run. */
export interface Program {
  readonly name: string
  readonly blocks: ReadonlyMap<string, Block>
  readonly code: Code
}

/** What the template, the block or the include that is being run has at hand; its macros run in it too. */
export class Place {
  readonly render: Render<Program>
  readonly context: TemplateContext<Block>
  /** The frame that macros, loops and `set` find at hand. */
  frame: Frame
  /** The frame of the whole. */
  readonly base: Frame
  /** The template that this one extends, once `{% extends %}` was met. */
  parent: Program | undefined

  constructor(render: Render<Program>, context: TemplateContext<Block>, frame: Frame) {
    this.render = render
    this.context = context
    this.frame = frame
    this.base = frame
  }
}

/** One run of some code: its place and its local variables. */
export class Scope {
  readonly place: Place
  readonly slots: unknown[]
  /** That of the code around a `{% call %}`. */
  readonly outer: Scope | undefined

  constructor(place: Place, slots: number, outer?: Scope) {
    this.place = place
    this.slots = Array.from({ length: slots })
    this.outer = outer
  }
}
