import type { TemplatePosition } from '../template-error.ts'
import type { Block, Evaluate, Op } from '../jinja/scope.ts'
import type { SyntaxNode } from './syntax-node.ts'

/** A local variable: of the code at hand, or of the one so many levels around it. */
export interface Slot {
  readonly index: number
  readonly level: number
}

/** Counts the local variables of one piece of code. */
class Unit {
  readonly level: number
  size = 0

  constructor(level: number) {
    this.level = level
  }
}

/**
 * The names that stand for local variables at one place of a template. Every other name is looked up when the
 * template runs.
 */
export class Names {
  readonly parent: Names | undefined
  readonly #unit: Unit
  readonly #slots = new Map<string, { unit: Unit; index: number }>()

  constructor(parent?: Names, unit = new Unit(0)) {
    this.parent = parent
    this.#unit = unit
  }

  /** How many variables the code has, once all of it is compiled. */
  get size(): number {
    return this.#unit.size
  }

  /** Names inside a loop. */
  push(): Names {
    return new Names(this, this.#unit)
  }

  /** Names inside code that runs by itself, and sees the variables around it. */
  pushUnit(): Names {
    return new Names(this, new Unit(this.#unit.level + 1))
  }

  declare(name: string): Slot {
    const index = this.#unit.size++
    this.#slots.set(name, { unit: this.#unit, index })
    return { index, level: 0 }
  }

  lookup(name: string): Slot | undefined {
    const found = this.#find(name)
    return found && { index: found.index, level: this.#unit.level - found.unit.level }
  }

  #find(name: string): { unit: Unit; index: number } | undefined {
    const { parent } = this
    return this.#slots.get(name) ?? (parent ? parent.#find(name) : undefined)
  }
}

/** Where a node stands: its names, and the block around it. */
export interface Site {
  readonly names: Names
  /** The block around, for `super()`; undefined outside of blocks. */
  readonly block: Block | undefined
}

/** Turns nodes into what runs; each kind of node has a function in this folder. */
export interface Compiler {
  /** The path of the template, which names of other templates are relative to. */
  readonly path: string
  at(node: SyntaxNode): TemplatePosition
  expression(node: SyntaxNode, site: Site): Evaluate
  statements(node: SyntaxNode | undefined, site: Site): Op[]
  /** @throws TemplateError of code SYNTAX. */
  fail(state: string, node: SyntaxNode): never
}
