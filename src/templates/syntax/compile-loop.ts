import { isPromiseLike } from '../../body/run-closers.ts'
import { endLoop, type Loop, LoopTask } from '../loops/loop-task.ts'
import { openItems } from '../loops/loop-items.ts'
import { chain } from '../jinja/machine.ts'
import type { Render } from '../jinja/render.ts'
import type { Op, Outcome, Program, Scope, TaskStack } from '../jinja/scope.ts'
import type { Compiler, Site, Slot } from './names.ts'
import { maybeNodeAt, nameOf, nodeAt, nodesAt, type SyntaxNode } from './syntax-node.ts'

interface Variable {
  readonly name: string
  readonly slot: Slot
}

/** `{% for %}`, and `{% asyncEach %}` and `{% asyncAll %}`, which are no different here. */
export function compileLoop(node: SyntaxNode, outside: Site, compiler: Compiler): Op {
  const site: Site = { ...outside, names: outside.names.push() }
  const source = compiler.expression(nodeAt(node, 'arr'), site)
  const open = compileBodies(node, site, compiler)
  const otherwise = compiler.statements(maybeNodeAt(node, 'else_'), site)
  const at = compiler.at(node)
  const begin = (value: unknown, scope: Scope, stack: TaskStack): Outcome => {
    if (!value) return endLoop(otherwise, scope, stack)
    const { render } = scope.place
    if (!render.isClosed) stack.push(new LoopTask({ ...open(value, render), otherwise }, scope))
    return undefined
  }
  return (scope, stack) => {
    const { place } = scope
    place.render.at = at
    place.frame = place.frame.push()
    const value = source(scope)
    if (!isPromiseLike(value)) return begin(value, scope, stack)
    return value.then((settled) => begin(settled, scope, stack))
  }
}

type OpenLoop = (value: {}, render: Render<Program>) => Omit<Loop, 'otherwise'>

// What a loop goes through, and what it does with each item. As in nunjucks, the body of a loop over two names is
// compiled twice, for lists and for keys with their values: a macro of the first is no macro of the second.
function compileBodies(node: SyntaxNode, site: Site, compiler: Compiler): OpenLoop {
  const target = nodeAt(node, 'name')
  const isPair = target.typename === 'Array'
  const readVariables = () =>
    (isPair ? nodesAt(target) : [target]).map((one): Variable => {
      const name = nameOf(one) ?? compiler.fail('a variable of a loop must be a name', one)
      return { name, slot: site.names.declare(name) }
    })
  const variables = readVariables()
  const bind = isPair ? bindParts(variables, node.typename !== 'For') : bindOne(variables)
  const body = compiler.statements(nodeAt(node, 'body'), site)
  const keys = isPair ? readVariables().slice(0, 2) : []
  const keyBody = isPair ? compiler.statements(nodeAt(node, 'body'), site) : body
  const bindKeys = bindPair(keys)
  return (value, render) => {
    const items = openItems(value, { isPair, render })
    return items.isKeyed ? { items, body: keyBody, bind: bindKeys } : { items, body, bind }
  }
}

function bindOne([variable]: readonly Variable[]): Loop['bind'] {
  return (items, scope) => {
    const { frame } = scope.place
    frame.set('loop', items.loop)
    if (!variable) return
    scope.slots[variable.slot.index] = items.value
    frame.set(variable.name, items.value)
  }
}

// As in nunjucks, the parts of an array are seen by what follows in the template, and not by what it includes.
function bindParts(variables: readonly Variable[], isInFrame: boolean): Loop['bind'] {
  return (items, scope) => {
    const { frame } = scope.place
    frame.set('loop', items.loop)
    return chain(items.value, (item) => {
      for (const [index, { name, slot }] of variables.entries()) {
        const part = partOf(item, index)
        scope.slots[slot.index] = part
        if (isInFrame) frame.set(name, part)
      }
    })
  }
}

function bindPair(variables: readonly Variable[]): Loop['bind'] {
  return (items, scope) => {
    const { frame } = scope.place
    frame.set('loop', items.loop)
    for (const [index, { name, slot }] of variables.entries()) {
      const value = index === 0 ? items.key : items.value
      scope.slots[slot.index] = value
      frame.set(name, value)
    }
  }
}

function partOf(item: unknown, index: number): unknown {
  if (Array.isArray(item)) return item[index]
  if (item === undefined || item === null) {
    throw new TypeError(`Cannot take part ${index + 1} of an item of the loop: the item is ${String(item)}`)
  }
  return Reflect.get(Object(item), index)
}
