import { isPromiseLike } from '../../body/run-closers.ts'
import type { Code, Op, Outcome, Program, Scope, Task, TaskStack } from './scope.ts'
import type { Render } from './render.ts'

/** Runs ops one after the other; a stack of tasks instead of nested calls, so that it can rest after any piece. */
export class Machine implements TaskStack {
  top: Task | undefined
  readonly #render: Render<Program>
  readonly #tasks: Task[] = []

  constructor(render: Render<Program>) {
    this.#render = render
  }

  push(task: Task): void {
    this.#tasks.push(task)
    this.top = task
  }

  pop(): void {
    this.#tasks.pop()
    this.top = this.#tasks.at(-1)
  }

  /** The next piece; undefined at the end. */
  next(): Outcome | PromiseLike<Outcome> {
    const outcome = this.#advance()
    return typeof outcome === 'string' || outcome === undefined ? outcome : this.#nextAfter(outcome)
  }

  /** Everything that is left, as one text. */
  collect(): string | PromiseLike<string> {
    let text = ''
    for (;;) {
      const outcome = this.#advance()
      if (outcome === undefined) return text
      if (typeof outcome !== 'string') return this.#collectAfter(text, outcome)
      text += outcome
    }
  }

  #advance(): Outcome | PromiseLike<Outcome> {
    while (this.top !== undefined) {
      const outcome = this.top.step(this)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }

  async #nextAfter(pending: PromiseLike<Outcome>): Promise<Outcome> {
    let outcome: Outcome | PromiseLike<Outcome> = pending
    while (typeof outcome === 'object') {
      const piece: Outcome = await outcome
      if (piece !== undefined || this.#render.isClosed) return piece
      outcome = this.#advance()
    }
    return outcome
  }

  async #collectAfter(text: string, pending: PromiseLike<Outcome>): Promise<string> {
    let whole = text + ((await pending) ?? '')
    while (this.top !== undefined && !this.#render.isClosed) {
      const outcome = this.next()
      whole += (typeof outcome === 'object' ? await outcome : outcome) ?? ''
    }
    return whole
  }
}

/** Some ops, one after the other. */
export class Sequence implements Task {
  readonly #ops: readonly Op[]
  readonly #scope: Scope
  #index = 0

  constructor(ops: readonly Op[], scope: Scope) {
    this.#ops = ops
    this.#scope = scope
  }

  step(stack: TaskStack): Outcome | PromiseLike<Outcome> {
    for (let op = this.#ops[this.#index]; op !== undefined; op = this.#ops[this.#index]) {
      this.#index++
      const outcome = op(this.#scope, stack)
      if (outcome !== undefined || stack.top !== this) return outcome
    }
    stack.pop()
    return undefined
  }
}

/** What ops give, as one text: the body of a macro, `{% set %}…{% endset %}`, `{% filter %}`. */
export function collectOps(ops: Code['ops'], scope: Scope): string | PromiseLike<string> {
  const machine = new Machine(scope.place.render)
  machine.push(new Sequence(ops, scope))
  return machine.collect()
}

/** Runs ops in the stack at hand; one alone needs no task. */
export function runOps(ops: readonly Op[], scope: Scope, stack: TaskStack): Outcome | PromiseLike<Outcome> {
  const [first] = ops
  if (ops.length === 1 && first) return first(scope, stack)
  if (first) stack.push(new Sequence(ops, scope))
  return undefined
}

/** Calls a function with a value, or with what the value promises. */
export function chain<T>(value: unknown, use: (settled: unknown) => T | PromiseLike<T>): T | PromiseLike<T> {
  return isPromiseLike(value) ? value.then(use) : use(value)
}
