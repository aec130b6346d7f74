import { isPromiseLike } from '../../body/run-closers.ts'
import { collectOps } from '../jinja/machine.ts'
import { type Block, type Evaluate, Place, Scope } from '../jinja/scope.ts'
import type { Compiler, Site } from './names.ts'
import { fieldOf, nameOf, nodeAt, nodesAt, type SyntaxNode } from './syntax-node.ts'

/** The values of expressions, evaluated one after the other, each awaited before the next. */
export function evaluateAll(
  list: readonly Evaluate[],
  scope: Scope,
  done: unknown[] = [],
): unknown[] | PromiseLike<unknown[]> {
  for (let evaluate = list[done.length]; evaluate !== undefined; evaluate = list[done.length]) {
    const value = evaluate(scope)
    if (isPromiseLike(value)) {
      return value.then((settled) => {
        done.push(settled)
        return evaluateAll(list, scope, done)
      })
    }
    done.push(value)
  }
  return done
}

/** Uses the values of expressions once they are there. */
export function withAll(
  list: readonly Evaluate[],
  scope: Scope,
  use: (values: unknown[]) => unknown,
): unknown {
  const values = evaluateAll(list, scope)
  return Array.isArray(values) ? use(values) : values.then(use)
}

/** `callee(values)`; in a block, `super()` is what the block of the template further up gives. */
export function compileCall(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const name = nodeAt(node, 'name')
  if (site.block && nameOf(name) === 'super') return compileSuper(site.block, compiler, node)
  const callee = compiler.expression(name, site)
  const list = nodesAt(nodeAt(node, 'args')).map((one) => compiler.expression(one, site))
  const label = labelOf(name)
  const at = compiler.at(name)
  return (scope) =>
    withAll([callee, ...list], scope, ([target, ...values]) => {
      const { render, context } = scope.place
      render.at = at
      return render.runtime.callWrap(target, label, context, values)
    })
}

/** `value | name(values)`; a filter that takes a callback is a promise of what it is called with. */
export function compileFilter(node: SyntaxNode, site: Site, compiler: Compiler): Evaluate {
  const name = String(fieldOf(nodeAt(node, 'name'), 'value'))
  const list = nodesAt(nodeAt(node, 'args')).map((one) => compiler.expression(one, site))
  const at = compiler.at(node)
  return (scope) =>
    withAll(list, scope, (values) => {
      const { render, context } = scope.place
      render.at = at
      const filter = render.env.getFilter(name)
      if (render.env.asyncFilters.includes(name)) return callBack(filter, context, values)
      return Reflect.apply(filter, context, name === 'list' ? values.map(toList) : values)
    })
}

/** Calls a function that gives its result to a callback, its last argument. */
export function callBack(callee: Function, self: unknown, values: readonly unknown[]): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  Reflect.apply(callee, self, [
    ...values,
    (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)),
  ])
  return promise
}

/** The super block of a block: what to run, and where. */
export function openSuper(block: Block, scope: Scope): { code: Block['code']; scope: Scope } {
  const { render, context, base } = scope.place
  const found = context.superOf(block.name, block)
  if (!found) throw new Error(`no super block available for "${block.name}"`)
  // What this block has set is not seen further up.
  const place = new Place(render, context, (base.parent ?? base).push(true))
  return { code: found.code, scope: new Scope(place, found.code.slots) }
}

function compileSuper(block: Block, compiler: Compiler, node: SyntaxNode): Evaluate {
  const at = compiler.at(node)
  return (scope) => {
    const { render } = scope.place
    render.at = at
    const upper = openSuper(block, scope)
    const text = collectOps(upper.code.ops, upper.scope)
    const { SafeString } = render.runtime
    return typeof text === 'string' ? new SafeString(text) : text.then((whole) => new SafeString(whole))
  }
}

// Nunjucks' own filter knows arrays, text and plain objects; Jinja's knows whatever can be iterated.
function toList(value: unknown, index: number): unknown {
  if (index > 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const isIterator = Symbol.iterator in value && 'next' in value
  return isIterator ? Array.from({ [Symbol.iterator]: () => iteratorOf(value) }) : value
}

function iteratorOf(value: object): Iterator<unknown> {
  const open: unknown = Reflect.get(value, Symbol.iterator)
  if (typeof open === 'function') return Reflect.apply(open, value, [])
  throw new TypeError('Cannot list a value: it has no iterator')
}

// What a call is said to call in the message of an error.
function labelOf(node: SyntaxNode): string {
  switch (node.typename) {
    case 'Symbol':
      return String(fieldOf(node, 'value'))
    case 'Literal':
      return String(fieldOf(node, 'value'))
    case 'FunCall':
      return `the return value of (${labelOf(nodeAt(node, 'name'))})`
    case 'LookupVal':
      return `${labelOf(nodeAt(node, 'target'))}["${labelOf(nodeAt(node, 'val'))}"]`
    default:
      return '--expression--'
  }
}
