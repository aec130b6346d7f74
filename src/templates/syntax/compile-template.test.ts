import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'
import { Frame } from '../jinja/frame.ts'
import { Machine } from '../jinja/machine.ts'
import { isNunjucksEnvironment, toNunjucksModule } from '../jinja/nunjucks-module.ts'
import { Render } from '../jinja/render.ts'
import { type Op, Place, type Program, Scope } from '../jinja/scope.ts'
import { TemplateContext } from '../jinja/template-context.ts'
import { callBack, compileCall, compileFilter, evaluateAll, openSuper, withAll } from './compile-call.ts'
import { compileExpression } from './compile-expression.ts'
import { compileLoop } from './compile-loop.ts'
import { compileCaller, compileMacro } from './compile-macro.ts'
import { compileHeld, compileInclude, runProgram } from './compile-include.ts'
import { compileStatements } from './compile-statement.ts'
import { compileTag } from './compile-tag.ts'
import { compileTemplate } from './compile-template.ts'
import { type Compiler, Names, type Site } from './names.ts'
import {
  fieldOf,
  isSyntaxNode,
  maybeNodeAt,
  nameOf,
  nodeAt,
  nodesAt,
  type SyntaxNode,
  walk,
} from './syntax-node.ts'

const { parser, runtime } = toNunjucksModule(nunjucks)

function parse(source: string): SyntaxNode {
  const root = parser.parse(source, [], {})
  if (isSyntaxNode(root)) return root
  throw new TypeError('no tree')
}

function find(source: string, typename: string): SyntaxNode {
  for (const node of walk(parse(source))) if (node.typename === typename) return node
  throw new TypeError(`no ${typename}`)
}

function start(data: Record<string, unknown> = {}, programs: Record<string, Program> = {}) {
  const env: unknown = new nunjucks.Environment([])
  if (!isNunjucksEnvironment(env)) throw new TypeError('no environment')
  const load = (name: unknown) => programs[String(name)] ?? compile('', String(name))
  const render = new Render<Program>({ env, runtime, load, data })
  const place = new Place(render, new TemplateContext(env, data, new Map()), new Frame())
  return { place, scope: new Scope(place, 8), machine: new Machine(render) }
}

function compile(source: string, name = 'page'): Program {
  return compileTemplate(parse(source), { name, path: name })
}

const compiler: Compiler = {
  path: 'page',
  at: () => ({ template: 'page', line: 1, column: 1 }),
  expression: (node, site) => compileExpression(node, site, compiler),
  statements: (node, site) => (node ? compileStatements([node], site, compiler) : []),
  fail: (state) => {
    throw new Error(state)
  },
}

function site(): Site {
  return { names: new Names(), block: undefined }
}

function collect(op: Op, data: Record<string, unknown> = {}, programs: Record<string, Program> = {}) {
  const { scope, machine } = start(data, programs)
  const first = op(scope, machine)
  const rest = machine.collect()
  return typeof first === 'string' ? first + String(rest) : rest
}

describe('compileTemplate', () => {
  it('gives ops and blocks that can run many times', () => {
    const program = compile('a{{ x }}{% block b %}B{% endblock %}')
    expect([...program.blocks.keys()]).toEqual(['b'])
    for (const x of ['1', '2']) {
      const { place, machine } = start({ x })
      place.context.addBlock('b', program.blocks.get('b') ?? fail())
      const first = runProgram(program, place, machine)
      expect([first, machine.collect()]).toEqual([undefined, `a${x}B`])
    }
  })

  it('joins literal text that stands together to one op', () => {
    const ops = compileStatements([parse('a{# x #}b{% raw %}c{% endraw %}{{ x }}d')], site(), compiler)
    expect(ops.length).toBe(3)
    expect(collect(ops[0] ?? fail())).toBe('abc')
  })

  it('names the place of a fault', () => {
    expect(() => compile('\n{% set a.b = 1 %}')).toThrow(
      'Cannot read page, line 2, column 9: only a name can be set',
    )
  })
})

describe('Names', () => {
  it('finds a name in its own code and around it', () => {
    const names = new Names()
    const [one] = [names.declare('a')]
    const inside = names.push().pushUnit()
    inside.declare('b')
    expect(one).toEqual({ index: 0, level: 0 })
    expect(inside.lookup('a')).toEqual({ index: 0, level: 1 })
    expect(inside.lookup('b')).toEqual({ index: 0, level: 0 })
    expect(names.lookup('b')).toBe(undefined)
    expect([names.size, inside.size]).toEqual([1, 1])
  })
})

describe('walk', () => {
  it('goes into cases and set blocks too, and not into what is left', () => {
    const root = parse(
      '{% switch a %}{% case 1 %}{% block b %}{% endblock %}{% endswitch %}{% set x %}{{ y }}{% endset %}',
    )
    const names = [...walk(root)].map(({ typename }) => typename)
    expect(names).toContain('Block')
    expect(names).toContain('Capture')
    const left = [...walk(root, ({ typename }) => typename === 'Switch')].map(({ typename }) => typename)
    expect(left).not.toContain('Block')
  })

  it('reads fields, and tells what is missing', () => {
    const node = find('{% for x in y %}{% endfor %}', 'For')
    expect([nameOf(nodeAt(node, 'name')), nameOf(node), maybeNodeAt(node, 'else_')]).toEqual([
      'x',
      undefined,
      undefined,
    ])
    expect([fieldOf(node, 'lineno'), nodesAt(nodeAt(node, 'body')).length]).toEqual([0, 0])
    expect(() => nodeAt(node, 'else_')).toThrow('Cannot read a For: it has no else_')
  })
})

describe('expressions', () => {
  it('are evaluated one after the other, each awaited', async () => {
    const { scope } = start()
    const seen: number[] = []
    const note = (value: number, isLate: boolean) => () => {
      seen.push(value)
      return isLate ? Promise.resolve(value) : value
    }
    expect(evaluateAll([note(1, false), note(2, false)], scope)).toEqual([1, 2])
    const pending = evaluateAll([note(3, true), note(4, false)], scope)
    expect(seen).toEqual([1, 2, 3])
    expect(await pending).toEqual([3, 4])
    expect(withAll([note(5, false)], scope, ([value]) => value)).toBe(5)
  })

  it('call functions and filters', async () => {
    const { scope } = start({ add: (a: number, b: number) => a + b })
    expect(compileCall(find('{{ add(1, 2) }}', 'FunCall'), site(), compiler)(scope)).toBe(3)
    expect(compileFilter(find('{{ "a" | upper }}', 'Filter'), site(), compiler)(scope)).toBe('A')
    expect(
      await callBack(
        (value: number, done: (error: null, result: number) => void) => done(null, value + 1),
        {},
        [1],
      ),
    ).toBe(2)
    await expect(callBack((done: (error: Error) => void) => done(new Error('no')), {}, [])).rejects.toThrow(
      'no',
    )
  })

  it('have no super block where there is none', () => {
    const block = { name: 'a', at: compiler.at(parse('')), code: { ops: [], slots: 0 } }
    expect(() => openSuper(block, start().scope)).toThrow('no super block available for "a"')
  })
})

describe('statements', () => {
  it('loop', () => {
    const op = compileLoop(find('{% for x in list %}{{ x }},{% endfor %}', 'For'), site(), compiler)
    expect(collect(op, { list: [1, 2] })).toBe('1,2,')
  })

  it('define macros, and give their output as safe text', () => {
    const { scope, machine } = start()
    const names = new Names()
    compileMacro(
      find('{% macro m(a) %}<{{ a }}>{% endmacro %}', 'Macro'),
      { names, block: undefined },
      compiler,
    )(scope, machine)
    const macro = scope.place.context.lookup('m')
    const made: unknown = typeof macro === 'function' ? Reflect.apply(macro, undefined, ['&']) : undefined
    expect(made).toBeInstanceOf(runtime.SafeString)
    expect(String(made)).toBe('<&amp;>')
    const caller = compileCaller(find('{% call m() %}in{% endcall %}', 'Caller'), site(), compiler)(scope)
    expect(typeof caller === 'function' ? String(Reflect.apply(caller, undefined, [])) : '').toBe('in')
  })

  it('include', () => {
    const op = compileInclude(find('{% include "part" %}', 'Include'), site(), compiler)
    expect(collect(op, { x: 1 }, { part: compile('p{{ x }}', 'part') })).toBe('p1')
  })

  it('hold what may turn out to be a child, and let it go where it is none', () => {
    const [decide, finish] = compileHeld([() => 'held'], [() => 'rest'])
    const { scope, machine } = start()
    expect([decide?.(scope, machine), finish?.(scope, machine)]).toEqual(['held', 'rest'])
    scope.place.parent = compile('parent')
    expect([decide?.(scope, machine), finish?.(scope, machine)]).toEqual([undefined, 'parent'])
  })

  it('run tags of extensions, which may call back', async () => {
    const { scope, machine } = start()
    const extension = {
      __name: 'Ext',
      now: (_: unknown, value: string, body: () => string) => value + body(),
      later: (_: unknown, done: (error: Error | null, text: string) => void) => done(null, '<later>'),
    }
    Reflect.set(scope.place.render.env, 'extensions', { Ext: extension })
    const node = (typename: string, prop: string, fields: object): SyntaxNode =>
      Object.assign({ typename, lineno: 0, colno: 0, extName: 'Ext', prop, contentArgs: [] }, fields)
    const fields = {
      args: Object.assign(parse(''), { children: [find('{{ "v" }}', 'Literal')] }),
      contentArgs: [parse('<b>')],
    }
    expect(compileTag(node('CallExtension', 'now', fields), site(), compiler)(scope, machine)).toBe(
      'v&lt;b&gt;',
    )
    const later = compileTag(node('CallExtensionAsync', 'later', { autoescape: false }), site(), compiler)
    expect(await later(scope, machine)).toBe('<later>')
  })
})

function fail(): never {
  throw new Error('not there')
}
