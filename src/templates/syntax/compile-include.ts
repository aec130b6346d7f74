import { isPromiseLike } from '../../body/run-closers.ts'
import { chain, collectOps, runOps } from '../jinja/machine.ts'
import { Frame } from '../jinja/frame.ts'
import { type Op, type Outcome, Place, type Program, Scope, type TaskStack } from '../jinja/scope.ts'
import { TemplateContext } from '../jinja/template-context.ts'
import type { Compiler, Names, Site } from './names.ts'
import { fieldOf, nameOf, nodeAt, nodesAt, type SyntaxNode } from './syntax-node.ts'

type Use = (program: Program, scope: Scope, stack: TaskStack) => Outcome | PromiseLike<Outcome>

interface LoadInit {
  site: Site
  compiler: Compiler
  ignoreMissing?: boolean
}

// Ops that evaluate the name of another template, load it, and do something with it.
function compileLoad(
  node: SyntaxNode,
  { site, compiler, ignoreMissing = false }: LoadInit,
): (use: Use) => Op {
  const name = compiler.expression(nodeAt(node, 'template'), site)
  const at = compiler.at(node)
  const from = { parent: compiler.path, ignoreMissing }
  return (use) => (scope, stack) => {
    const { render } = scope.place
    render.at = at
    const loaded = chain(name(scope), (given) => render.load(given, from))
    return isProgram(loaded)
      ? use(loaded, scope, stack)
      : loaded.then((program) => use(program, scope, stack))
  }
}

function isProgram(value: Program | PromiseLike<Program>): value is Program {
  return 'code' in value
}

/** `{% include %}`: the pieces of the other template, which sees the variables at hand. */
export function compileInclude(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const ignoreMissing = fieldOf(node, 'ignoreMissing') === true
  return compileLoad(node, { site, compiler, ignoreMissing })((program, { place }, stack) => {
    const { render, context } = place
    const frame = place.frame.push(true)
    frame.topLevel = true
    const inside = new TemplateContext(render.env, context.getVariables(), program.blocks)
    return runProgram(program, new Place(render, inside, frame), stack)
  })
}

/** `{% extends %}`: the blocks of the other template come after those of this one. */
export function compileExtends(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  return compileLoad(node, { site, compiler })((program, { place }) => {
    place.parent = program
    for (const [name, block] of program.blocks) place.context.addBlock(name, block)
    return undefined
  })
}

/** `{% import … as name %}`: what the other template exports, under one name. */
export function compileImport(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const target = nodeAt(node, 'target')
  const name = nameOf(target) ?? compiler.fail('give a name after `as`', target)
  const load = compileLoad(node, { site, compiler })
  const store = toStore(name, site.names)
  return load((program, scope) =>
    done(chain(exportsOf(program, node, scope), (exported) => store(exported, scope))),
  )
}

/** `{% from … import names %}`. */
export function compileFromImport(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const load = compileLoad(node, { site, compiler })
  const pairs = nodesAt(nodeAt(node, 'names')).map((one) => {
    const key = one.typename === 'Pair' ? nodeAt(one, 'key') : one
    const alias = one.typename === 'Pair' ? nodeAt(one, 'value') : one
    const name = nameOf(key) ?? compiler.fail('give names to import', one)
    return { name, store: toStore(nameOf(alias) ?? name, site.names) }
  })
  return load((program, scope) =>
    done(
      chain(exportsOf(program, node, scope), (exported) => {
        for (const { name, store } of pairs) store(takeExport(exported, name), scope)
      }),
    ),
  )
}

/** Runs a whole template, and what it extends. */
export function runProgram(program: Program, place: Place, stack: TaskStack): Outcome | PromiseLike<Outcome> {
  return runOps(program.code.ops, new Scope(place, program.code.slots), stack)
}

/**
 * A template that may extend another one gives nothing until that is decided, and then what it extends instead of
 * its own output; `held` is up to the last `{% extends %}`.
 */
export function compileHeld(held: readonly Op[], rest: readonly Op[]): Op[] {
  const decide = (scope: Scope) => {
    const settle = (text: string) => (scope.place.parent || text === '' ? undefined : text)
    const text = collectOps(held, scope)
    return typeof text === 'string' ? settle(text) : text.then(settle)
  }
  const finish: Op = (scope, stack) => {
    const { place } = scope
    if (!place.parent) return runOps(rest, scope, stack)
    const goUp = (): Outcome | PromiseLike<Outcome> => {
      const { parent, render, context, frame } = place
      return parent && runProgram(parent, new Place(render, context, frame), stack)
    }
    const text = collectOps(rest, scope)
    return typeof text === 'string' ? goUp() : text.then(goUp)
  }
  return [decide, finish]
}

function exportsOf(program: Program, node: SyntaxNode, { place }: Scope): unknown {
  const { render } = place
  const isWithContext = fieldOf(node, 'withContext') === true
  const frame = isWithContext ? place.frame.push() : new Frame()
  frame.topLevel = true
  const data = isWithContext ? place.context.getVariables() : {}
  const context = new TemplateContext(render.env, data, program.blocks)
  const scope = new Scope(new Place(render, context, frame), program.code.slots)
  return chain(collectOps(program.code.ops, scope), () => context.getExported())
}

function takeExport(exported: unknown, name: string): unknown {
  if (typeof exported === 'object' && exported !== null && Object.hasOwn(exported, name)) {
    return Reflect.get(exported, name)
  }
  throw new Error(`cannot import '${name}'`)
}

// Where an imported value goes: a local variable, and where other templates find it.
function toStore(name: string, names: Names): (value: unknown, scope: Scope) => void {
  const isNested = names.parent !== undefined
  const slot = names.declare(name)
  return (value, scope) => {
    scope.slots[slot.index] = value
    if (isNested) scope.place.frame.set(name, value)
    else scope.place.context.setVariable(name, value)
  }
}

function done(pending: unknown): undefined | PromiseLike<undefined> {
  return isPromiseLike(pending) ? pending.then(() => undefined) : undefined
}
