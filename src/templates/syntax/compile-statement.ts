import { isPromiseLike } from '../../body/run-closers.ts'
import { chain, runOps } from '../jinja/machine.ts'
import { type Block, type Op, type Outcome, Place, Scope, type TaskStack } from '../jinja/scope.ts'
import { toPiece } from '../jinja/to-piece.ts'
import { openSuper } from './compile-call.ts'
import { compileLoop } from './compile-loop.ts'
import { compileMacro } from './compile-macro.ts'
import { compileExtends, compileFromImport, compileImport, compileInclude } from './compile-include.ts'
import { compileTag } from './compile-tag.ts'
import type { Compiler, Site } from './names.ts'
import { fieldOf, maybeNodeAt, nameOf, nodeAt, nodesAt, type SyntaxNode } from './syntax-node.ts'

type Compile = (node: SyntaxNode, site: Site, compiler: Compiler) => Op

const kinds: Readonly<Record<string, Compile>> = {
  If: compileIf,
  IfAsync: compileIf,
  For: compileLoop,
  AsyncEach: compileLoop,
  AsyncAll: compileLoop,
  Set: compileSet,
  Switch: compileSwitch,
  Macro: compileMacro,
  Block: compileBlock,
  Include: compileInclude,
  Import: compileImport,
  FromImport: compileFromImport,
  Extends: compileExtends,
  CallExtension: compileTag,
  CallExtensionAsync: compileTag,
}

/** Statements, as what runs them; literal text that stands together becomes one piece. */
export function compileStatements(nodes: readonly SyntaxNode[], site: Site, compiler: Compiler): Op[] {
  const ops: Op[] = []
  let text = ''
  const endText = () => {
    if (text !== '') ops.push(literal(text))
    text = ''
  }
  for (const node of nodes.flatMap(flatten)) {
    if (node.typename === 'TemplateData') text += String(fieldOf(node, 'value'))
    else {
      endText()
      ops.push(compileStatement(node, site, compiler))
    }
  }
  endText()
  return ops
}

// The parts of lists and of `Output` nodes, one by one.
function flatten(node: SyntaxNode): SyntaxNode[] {
  const isList = node.typename === 'NodeList' || node.typename === 'Root' || node.typename === 'Output'
  return isList ? nodesAt(node).flatMap(flatten) : [node]
}

function literal(text: string): Op {
  return () => text
}

function compileStatement(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const compile = kinds[node.typename]
  if (compile) return compile(node, site, compiler)
  const isSuper = node.typename === 'FunCall' && nameOf(nodeAt(node, 'name')) === 'super'
  return isSuper && site.block
    ? compileSuper(node, site.block, compiler)
    : compileOutput(node, site, compiler)
}

function compileOutput(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const evaluate = compiler.expression(node, site)
  const at = compiler.at(node)
  return (scope, stack) => {
    scope.place.render.at = at
    return toPiece(evaluate(scope), scope, stack)
  }
}

// `{{ super() }}` alone gives the pieces of the other block as they are made.
function compileSuper(node: SyntaxNode, block: Block, compiler: Compiler): Op {
  const at = compiler.at(node)
  return (scope, stack) => {
    scope.place.render.at = at
    const upper = openSuper(block, scope)
    return runOps(upper.code.ops, upper.scope, stack)
  }
}

function compileIf(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const condition = compiler.expression(nodeAt(node, 'cond'), site)
  const body = compiler.statements(nodeAt(node, 'body'), site)
  const otherwise = compiler.statements(maybeNodeAt(node, 'else_'), site)
  const at = compiler.at(node)
  return (scope, stack) => {
    scope.place.render.at = at
    const value = condition(scope)
    if (!isPromiseLike(value)) return runOps(value ? body : otherwise, scope, stack)
    return value.then((settled) => runOps(settled ? body : otherwise, scope, stack))
  }
}

function compileSet(node: SyntaxNode, { names, block }: Site, compiler: Compiler): Op {
  const targets = nodesAt(node, 'targets').map((target) => {
    const name = nameOf(target) ?? compiler.fail('only a name can be set', target)
    return { name, slot: names.lookup(name) }
  })
  const source = maybeNodeAt(node, 'value') ?? nodeAt(node, 'body')
  const evaluate = compiler.expression(source, { names, block })
  const at = compiler.at(node)
  const store = (value: unknown, scope: Scope): undefined => {
    const { context, frame } = scope.place
    for (const { name, slot } of targets) {
      if (slot) ownerOf(scope, slot.level).slots[slot.index] = value
      frame.assign(name, value)
      if (!frame.topLevel) continue
      context.setVariable(name, value)
      if (!name.startsWith('_')) context.addExport(name)
    }
  }
  return (scope) => {
    scope.place.render.at = at
    const value = evaluate(scope)
    return isPromiseLike(value) ? value.then((settled) => store(settled, scope)) : store(value, scope)
  }
}

function ownerOf(scope: Scope, level: number): Scope {
  return level === 0 || !scope.outer ? scope : ownerOf(scope.outer, level - 1)
}

// As in JavaScript and nunjucks: a case without a body goes on into the next one.
function compileSwitch(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const subject = compiler.expression(nodeAt(node, 'expr'), site)
  const cases = nodesAt(node, 'cases').map((one) => {
    const body = nodeAt(one, 'body')
    const isEmpty = nodesAt(body).length === 0
    const value = compiler.expression(nodeAt(one, 'cond'), site)
    return { value, isEmpty, ops: compiler.statements(body, site) }
  })
  const otherwise = compiler.statements(maybeNodeAt(node, 'default'), site)
  const opsFrom = (index: number) => cases.slice(index).find(({ isEmpty }) => !isEmpty)?.ops ?? otherwise
  const choose = (value: unknown, scope: Scope, first = 0): readonly Op[] | PromiseLike<readonly Op[]> => {
    const next = cases[first]
    if (!next) return otherwise
    return chain(next.value(scope), (given) =>
      given === value ? opsFrom(first) : choose(value, scope, first + 1),
    )
  }
  const at = compiler.at(node)
  return (scope, stack) => {
    scope.place.render.at = at
    const chosen = chain(subject(scope), (value) => choose(value, scope))
    return isOps(chosen) ? runOps(chosen, scope, stack) : chosen.then((ops) => runOps(ops, scope, stack))
  }
}

function isOps(value: readonly Op[] | PromiseLike<readonly Op[]>): value is readonly Op[] {
  return Array.isArray(value)
}

// A block outside of blocks is run by the template that extends nothing.
function compileBlock(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const name = nameOf(nodeAt(node, 'name')) ?? compiler.fail('a block needs a name', node)
  const isInside = site.block !== undefined
  const at = compiler.at(node)
  return ({ place }, stack): Outcome | PromiseLike<Outcome> => {
    place.render.at = at
    if (!isInside && place.parent) return undefined
    const block = place.context.blockOf(name)
    if (!block) throw new Error(`unknown block "${name}"`)
    return runBlock(block, place, stack)
  }
}

function runBlock(block: Block, place: Place, stack: TaskStack): Outcome | PromiseLike<Outcome> {
  const inside = new Place(place.render, place.context, place.frame.push(true))
  return runOps(block.code.ops, new Scope(inside, block.code.slots), stack)
}
