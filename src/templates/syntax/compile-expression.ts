import { isPromiseLike } from '../../body/run-closers.ts'
import { chain, collectOps } from '../jinja/machine.ts'
import type { OperatorName } from '../jinja/operators.ts'
import type { Evaluate, Scope } from '../jinja/scope.ts'
import { compileCall, compileFilter, evaluateAll, withAll } from './compile-call.ts'
import { compileCaller } from './compile-macro.ts'
import { type Infix, readInfix } from '../jinja/infix.ts'
import type { Compiler, Names, Site } from './names.ts'
import { fieldOf, maybeNodeAt, nameOf, nodeAt, nodesAt, type SyntaxNode } from './syntax-node.ts'

const binary: Readonly<Record<string, OperatorName | '&&' | '||'>> = {
  Or: '||',
  And: '&&',
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  Mod: '%',
}

const unary: Readonly<Record<string, '!' | '-' | '+'>> = { Not: '!', Neg: '-', Pos: '+' }

type Compile = (node: SyntaxNode, site: Site, compiler: Compiler) => Evaluate

const kinds: Readonly<Record<string, Compile>> = {
  Literal: (node) => compileLiteral(fieldOf(node, 'value')),
  Symbol: (node, { names }) => compileName(String(fieldOf(node, 'value')), names),
  Group: compileGroup,
  Array: (node, site, compiler) => compileList(nodesAt(node), site, compiler),
  Dict: compileDict,
  KeywordArgs: compileDict,
  LookupVal: compileLookup,
  InlineIf: compileInlineIf,
  In: compileIn,
  FloorDiv: (node, site, compiler) => compileMath(Math.floor, [quotient(node, site, compiler)]),
  Pow: compilePower,
  FunCall: compileCall,
  Filter: compileFilter,
  Caller: compileCaller,
  Capture: (node, site, compiler) => {
    const ops = compiler.statements(nodeAt(node, 'body'), site)
    return (scope) => collectOps(ops, scope)
  },
}

/** An expression, as what evaluates it. */
export function compileExpression(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  return readInfix([...layOut(node, site, compiler)])
}

function* layOut(node: SyntaxNode, site: Site, compiler: Compiler): Generator<Infix> {
  const { typename } = node
  const infix = binary[typename]
  const prefix = unary[typename]
  if (infix) {
    yield* layOut(nodeAt(node, 'left'), site, compiler)
    yield { kind: 'infix', name: infix }
    yield* layOut(nodeAt(node, 'right'), site, compiler)
  } else if (prefix) {
    yield { kind: 'prefix', name: prefix }
    yield* layOut(nodeAt(node, 'target'), site, compiler)
  } else if (typename === 'Concat') yield* layOutConcat(node, site, compiler)
  else if (typename === 'Compare') yield* layOutCompare(node, site, compiler)
  else if (typename === 'Is') yield* layOutTest(node, site, compiler)
  else yield { kind: 'operand', evaluate: compileOperand(node, site, compiler) }
}

function compileOperand(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const compile = kinds[node.typename]
  return compile ? compile(node, site, compiler) : compiler.fail(`no value can be a ${node.typename}`, node)
}

function* layOutConcat(node: SyntaxNode, site: Site, compiler: Compiler): Generator<Infix> {
  yield* layOut(nodeAt(node, 'left'), site, compiler)
  yield { kind: 'infix', name: '+' }
  yield { kind: 'operand', evaluate: () => '' }
  yield { kind: 'infix', name: '+' }
  yield* layOut(nodeAt(node, 'right'), site, compiler)
}

function* layOutCompare(node: SyntaxNode, site: Site, compiler: Compiler): Generator<Infix> {
  yield* layOut(nodeAt(node, 'expr'), site, compiler)
  for (const operand of nodesAt(node, 'ops')) {
    const name = fieldOf(operand, 'type')
    if (!isComparison(name)) compiler.fail(`there is no operator ${String(name)}`, operand)
    yield { kind: 'infix', name }
    yield* layOut(nodeAt(operand, 'expr'), site, compiler)
  }
}

function isComparison(name: unknown): name is OperatorName {
  return typeof name === 'string' && ['==', '===', '!=', '!==', '<', '>', '<=', '>='].includes(name)
}

function* layOutTest(node: SyntaxNode, site: Site, compiler: Compiler): Generator<Infix> {
  const right = nodeAt(node, 'right')
  const name = String(fieldOf(maybeNodeAt(right, 'name') ?? right, 'value'))
  const given = maybeNodeAt(right, 'args')
  const values = [nodeAt(node, 'left'), ...(given ? nodesAt(given) : [])]
  const list = values.map((value) => compiler.expression(value, site))
  const at = compiler.at(node)
  const test = (scope: Scope) =>
    withAll(list, scope, (settled) => {
      const { render, context } = scope.place
      render.at = at
      return Reflect.apply(render.env.getTest(name), context, settled)
    })
  yield { kind: 'operand', evaluate: test }
  yield { kind: 'infix', name: '===' }
  yield { kind: 'operand', evaluate: () => true }
}

function compileLiteral(value: unknown): Evaluate {
  // A new one each time, so that `lastIndex` is 0.
  if (value instanceof RegExp) return () => new RegExp(value.source, value.flags)
  return () => value
}

/** The value of a name: a local variable, or what is found when the template runs. */
function compileName(name: string, names: Names): Evaluate {
  const slot = names.lookup(name)
  if (slot?.level === 0) return ({ slots }) => slots[slot.index]
  if (slot) {
    return (scope) => {
      let owner: Scope | undefined = scope
      for (let level = slot.level; level > 0; level--) owner = owner?.outer
      return owner?.slots[slot.index]
    }
  }
  return ({ place }) => {
    const { frame, context, render } = place
    const value = frame.lookup(name)
    if (value !== undefined) return value
    const found = context.lookup(name)
    // `installJinjaCompat()` knows more names.
    return found === undefined ? render.runtime.contextOrFrameLookup(context, frame, name) : found
  }
}

function compileGroup(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const children = nodesAt(node)
  const [only] = children
  if (only === undefined) compiler.fail('there is nothing between ( and )', node)
  if (children.length === 1) return compiler.expression(only, site)
  // As in nunjucks, where `(a, b)` is JavaScript's comma.
  const list = children.map((child) => compiler.expression(child, site))
  return (scope) => withAll(list, scope, (values) => values.at(-1))
}

function compileList(nodes: readonly SyntaxNode[], site: Site, compiler: Compiler): Evaluate {
  const list = nodes.map((node) => compiler.expression(node, site))
  return (scope) => evaluateAll(list, scope)
}

function compileDict(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const pairs = nodesAt(node)
  const keys = pairs.map((pair) => keyOf(nodeAt(pair, 'key'), compiler))
  const list = pairs.map((pair) => compiler.expression(nodeAt(pair, 'value'), site))
  const isKeywords = node.typename === 'KeywordArgs'
  return (scope) =>
    withAll(list, scope, (values) => {
      const entries = values.map((value, index) => [keys[index], value])
      const dict: Record<string, unknown> = Object.fromEntries(entries)
      // The mark by which nunjucks' macros and filters know them.
      if (isKeywords) dict['__keywords'] = true
      return dict
    })
}

function keyOf(key: SyntaxNode, compiler: Compiler): string {
  const value = fieldOf(key, 'value')
  if (nameOf(key) === undefined && !(key.typename === 'Literal' && typeof value === 'string')) {
    compiler.fail('a key must be a name or text', key)
  }
  return String(value)
}

function compileLookup(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const target = compiler.expression(nodeAt(node, 'target'), site)
  const key = nodeAt(node, 'val')
  if (key.typename === 'Slice') return compileSlice(key, target, [site, compiler])
  const fixed = key.typename === 'Literal' ? fieldOf(key, 'value') : undefined
  if (typeof fixed === 'string' || typeof fixed === 'number') {
    return (scope) => {
      const { runtime } = scope.place.render
      const value = target(scope)
      return isPromiseLike(value)
        ? value.then((settled) => runtime.memberLookup(settled, fixed))
        : runtime.memberLookup(value, fixed)
    }
  }
  const list = [target, compiler.expression(key, site)]
  return (scope) => withAll(list, scope, (values) => lookUp(values, scope))
}

// Slices are syntax of nunjucks' `installJinjaCompat()`, whose lookup takes three keys.
function compileSlice(node: SyntaxNode, target: Evaluate, [site, compiler]: [Site, Compiler]): Evaluate {
  const parts = ['start', 'stop', 'step'].map((name) => compiler.expression(nodeAt(node, name), site))
  return (scope) => withAll([target, ...parts], scope, (values) => lookUp(values, scope))
}

function lookUp([target, ...keys]: unknown[], scope: Scope): unknown {
  return scope.place.render.runtime.memberLookup(target, ...keys)
}

function compileInlineIf(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const condition = compiler.expression(nodeAt(node, 'cond'), site)
  const body = compiler.expression(nodeAt(node, 'body'), site)
  const otherwise = maybeNodeAt(node, 'else_')
  const rest: Evaluate = otherwise ? compiler.expression(otherwise, site) : () => ''
  return (scope) => chain(condition(scope), (value) => (value ? body(scope) : rest(scope)))
}

function compileIn(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const list = [nodeAt(node, 'left'), nodeAt(node, 'right')].map((one) => compiler.expression(one, site))
  return (scope) =>
    withAll(list, scope, ([key, target]) => scope.place.render.runtime.inOperator(key, target))
}

function quotient(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  return readInfix([
    ...layOut(nodeAt(node, 'left'), site, compiler),
    { kind: 'infix', name: '/' },
    ...layOut(nodeAt(node, 'right'), site, compiler),
  ])
}

function compilePower(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const list = [nodeAt(node, 'left'), nodeAt(node, 'right')].map((one) => compiler.expression(one, site))
  return compileMath(Math.pow, list)
}

function compileMath(use: (...values: number[]) => number, list: readonly Evaluate[]): Evaluate {
  return (scope) => withAll(list, scope, (values) => Reflect.apply(use, Math, values))
}
