import { isPromiseLike } from '../../body/run-closers.ts'
import { chain, collectOps } from '../jinja/machine.ts'
import { Frame } from '../jinja/frame.ts'
import type { NunjucksRuntime } from '../jinja/nunjucks-module.ts'
import { type Code, type Evaluate, type Op, Scope } from '../jinja/scope.ts'
import { type Compiler, Names, type Site, type Slot } from './names.ts'
import { nameOf, nodeAt, nodesAt, type SyntaxNode } from './syntax-node.ts'

interface Parameter {
  readonly name: string
  readonly slot: Slot
}

interface Default {
  readonly name: string
  readonly evaluate: Evaluate
}

interface Macro {
  readonly parameters: readonly Parameter[]
  readonly defaults: readonly Default[]
  readonly code: Code
  /** True for the body of a `{% call %}`, which sees what is around it. */
  readonly isCaller: boolean
}

/** `{% macro %}`: a function that gives its whole output as safe text. */
export function compileMacro(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const name = nameOf(nodeAt(node, 'name')) ?? compiler.fail('a macro needs a name', nodeAt(node, 'name'))
  const macro = readMacro(node, { names: new Names(), block: site.block }, compiler)
  const slot = site.names.declare(name)
  const isNested = site.names.parent !== undefined
  return (scope) => {
    const { frame, context } = scope.place
    const made = createMacro(macro, scope)
    scope.slots[slot.index] = made
    if (isNested) frame.set(name, made)
    else {
      if (!name.startsWith('_')) context.addExport(name)
      context.setVariable(name, made)
    }
    return undefined
  }
}

/** The body of `{% call %}`, which the called macro runs as `caller()`. */
export function compileCaller(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const macro = readMacro(node, { names: site.names.pushUnit(), block: site.block }, compiler)
  return (scope) => createMacro(macro, scope)
}

function readMacro(node: SyntaxNode, site: Site, compiler: Compiler): Macro {
  const given = nodesAt(nodeAt(node, 'args'))
  const last = given.at(-1)
  const keywords = last?.typename === 'KeywordArgs' || last?.typename === 'Dict' ? last : undefined
  const parameters = (keywords ? given.slice(0, -1) : given).map((one) => {
    const name = nameOf(one) ?? compiler.fail('a parameter must be a name', one)
    return { name, slot: site.names.declare(name) }
  })
  const defaults = (keywords ? nodesAt(keywords) : []).map((pair) => {
    const name = nameOf(nodeAt(pair, 'key')) ?? compiler.fail('a parameter must be a name', pair)
    return { name, evaluate: compiler.expression(nodeAt(pair, 'value'), site) }
  })
  const ops = compiler.statements(nodeAt(node, 'body'), site)
  const code = { ops, slots: site.names.size }
  return { parameters, defaults, code, isCaller: node.typename === 'Caller' }
}

function createMacro(macro: Macro, definer: Scope): unknown {
  const { runtime } = definer.place.render
  const names = macro.parameters.map(({ name }) => name)
  const optional = macro.defaults.map(({ name }) => name)
  return runtime.makeMacro(names, optional, (...values) => runMacro(macro, definer, values))
}

// As in nunjucks, all code of one place shares a current frame: a macro that is called there replaces it while it runs.
function runMacro(macro: Macro, definer: Scope, values: readonly unknown[]): unknown {
  const { place } = definer
  const { frame: around, render } = place
  const frame = macro.isCaller ? around.push(true) : new Frame()
  place.frame = frame
  const scope = new Scope(place, macro.code.slots, macro.isCaller ? definer : undefined)
  const keywords = toKeywords(values[macro.parameters.length])
  if (Object.hasOwn(keywords, 'caller')) frame.set('caller', keywords['caller'])
  for (const [index, { name, slot }] of macro.parameters.entries()) {
    scope.slots[slot.index] = values[index]
    frame.set(name, values[index])
  }
  const run = () => collectOps(macro.code.ops, scope)
  return chain(setDefaults(macro, scope, keywords), () =>
    chain(run(), (text) => {
      place.frame = around
      return toSafe(text, render.runtime)
    }),
  )
}

function setDefaults({ defaults }: Macro, scope: Scope, keywords: Record<string, unknown>): unknown {
  const { frame } = scope.place
  const setFrom = (first: number): unknown => {
    for (const [index, { name, evaluate }] of defaults.entries()) {
      if (index < first) continue
      const value = Object.hasOwn(keywords, name) ? keywords[name] : evaluate(scope)
      const set = chain(value, (settled) => frame.set(name, settled))
      if (isPromiseLike(set)) return set.then(() => setFrom(index + 1))
    }
    return undefined
  }
  return setFrom(0)
}

function toSafe(text: unknown, { SafeString }: NunjucksRuntime): unknown {
  return typeof text === 'string' ? new SafeString(text) : text
}

function toKeywords(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
