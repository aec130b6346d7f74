import { isPromiseLike } from '../../body/run-closers.ts'
import { collectOps } from '../jinja/machine.ts'
import type { Op, Scope } from '../jinja/scope.ts'
import { toPiece } from '../jinja/to-piece.ts'
import { callBack, evaluateAll } from './compile-call.ts'
import type { Compiler, Site } from './names.ts'
import { fieldOf, maybeNodeAt, nodesAt, type SyntaxNode, isSyntaxNode } from './syntax-node.ts'

/** A tag of an extension of nunjucks: one piece, of what its method returns or is called back with. */
export function compileTag(node: SyntaxNode, site: Site, compiler: Compiler): Op {
  const given = maybeNodeAt(node, 'args')
  const list = (given ? nodesAt(given) : []).map((one) => compiler.expression(one, site))
  const bodies = contentsOf(node).map((one) => one && compiler.statements(one, site))
  const isAsync = node.typename === 'CallExtensionAsync'
  const isSafe = fieldOf(node, 'autoescape') === false
  const name = String(fieldOf(node, 'extName'))
  const method = String(fieldOf(node, 'prop'))
  const at = compiler.at(node)
  return (scope, stack) => {
    const { render, context } = scope.place
    render.at = at
    const call = (values: unknown[]): unknown => {
      const extension = render.env.getExtension(name)
      const callee: unknown = Reflect.get(extension, method)
      if (typeof callee !== 'function') throw new TypeError(`the extension ${name} has no method ${method}`)
      const all = [context, ...values, ...bodies.map((ops) => ops && toBody(ops, scope))]
      return isAsync ? callBack(callee, extension, all) : Reflect.apply(callee, extension, all)
    }
    const values = evaluateAll(list, scope)
    const result = Array.isArray(values) ? call(values) : values.then(call)
    const give = (value: unknown) => toPiece(isSafe ? toSafe(value, scope) : value, scope, stack)
    return isPromiseLike(result) ? result.then(give) : give(result)
  }
}

function contentsOf(node: SyntaxNode): (SyntaxNode | undefined)[] {
  const contents = fieldOf(node, 'contentArgs')
  return Array.isArray(contents) ? contents.map((one) => (isSyntaxNode(one) ? one : undefined)) : []
}

// What an extension calls to have the text between its tags.
function toBody(
  ops: readonly Op[],
  scope: Scope,
): (done?: (error: unknown, text?: string) => void) => unknown {
  return (done) => {
    const text = collectOps(ops, scope)
    if (!done) return text
    if (typeof text === 'string') done(null, text)
    else void callWith(text, done)
    return text
  }
}

async function callWith(text: PromiseLike<string>, done: (error: unknown, text?: string) => void) {
  try {
    done(null, await text)
  } catch (error) {
    done(error)
  }
}

function toSafe(value: unknown, scope: Scope): unknown {
  if (value === undefined || value === null) return value
  return new scope.place.render.runtime.SafeString(String(value))
}
