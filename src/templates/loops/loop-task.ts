import { isPromiseLike } from '../../body/run-closers.ts'
import { Sequence } from '../jinja/machine.ts'
import type { Op, Outcome, Scope, Task, TaskStack } from '../jinja/scope.ts'
import type { LoopItems } from './loop-items.ts'

/** A `for` that has begun. */
export interface Loop {
  readonly items: LoopItems
  readonly body: readonly Op[]
  readonly otherwise: readonly Op[]
  /** Gives the item at hand to the variables of the loop. */
  bind(items: LoopItems, scope: Scope): void | PromiseLike<void>
}

/** The runs of a loop's body; its frame ends with it. */
export class LoopTask implements Task {
  readonly #loop: Loop
  readonly #scope: Scope
  #index: number
  #isEmpty = true

  constructor(loop: Loop, scope: Scope) {
    this.#loop = loop
    this.#scope = scope
    this.#index = loop.body.length
  }

  step(stack: TaskStack): Outcome | PromiseLike<Outcome> {
    const { body, items } = this.#loop
    for (;;) {
      for (let op = body[this.#index]; op !== undefined; op = body[this.#index]) {
        this.#index++
        const outcome = op(this.#scope, stack)
        if (outcome !== undefined || stack.top !== this) return outcome
      }
      const isThere = items.advance()
      if (isThere === false) return this.#end(stack)
      const bound = isThere === true ? this.#bind() : isThere.then((is) => this.#goOn(is, stack))
      if (isPromiseLike(bound)) return bound.then(toNothing)
    }
  }

  #bind(): void | PromiseLike<void> {
    this.#isEmpty = false
    this.#index = 0
    return this.#loop.bind(this.#loop.items, this.#scope)
  }

  #goOn(isThere: boolean, stack: TaskStack): unknown {
    if (this.#scope.place.render.isClosed) return undefined
    return isThere ? this.#bind() : this.#end(stack)
  }

  #end(stack: TaskStack): undefined {
    stack.pop()
    endLoop(this.#isEmpty ? this.#loop.otherwise : [], this.#scope, stack)
  }
}

/** Runs what a loop without items has instead, and leaves its frame. */
export function endLoop(otherwise: readonly Op[], scope: Scope, stack: TaskStack): undefined {
  const leave: Op = ({ place }) => {
    place.frame = place.frame.parent ?? place.frame
    return undefined
  }
  if (otherwise.length === 0) leave(scope, stack)
  else stack.push(new Sequence([...otherwise, leave], scope))
}

function toNothing(): undefined {}
