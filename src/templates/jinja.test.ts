import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nunjucks from 'nunjucks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notFound } from '../reply/http-error.ts'
import { BodyFailed } from '../reply/web-body.ts'
import { jinja, JinjaEngine } from './jinja.ts'
import { template } from './template.ts'
import { TemplateError } from './template-error.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-views-'))
  writeFileSync(join(folder, 'page.html'), 'file {% include "./part.html" %}')
  writeFileSync(join(folder, 'part.html'), 'part {{ name }}')
})
afterAll(() => rmSync(folder, { recursive: true }))

function render(main: string, data = {}, others: Record<string, string> = {}) {
  return textOf(template(jinja(nunjucks, { templates: { main, ...others } }), 'main', data))
}

// The text, or the error of the template itself: a host is told no more than that the body has failed.
function textOf(stream: Response): Promise<string> {
  return stream.text().catch((error: unknown) => {
    throw error instanceof BodyFailed ? error.cause : error
  })
}

describe('jinja', () => {
  it('finds templates in folders, relative names too', async () => {
    const engine = jinja(nunjucks, { searchPaths: folder })
    expect(engine).toBeInstanceOf(JinjaEngine)
    expect(await template(engine, 'page.html', { name: 'n' }).text()).toBe('file part n')
  })

  it('uses an environment of nunjucks as it is set up', async () => {
    const loader = {
      getSource: (name: string) => ({ src: `${name} {{ x | twice }}`, path: name, noCache: true }),
    }
    const environment = new nunjucks.Environment(loader, { autoescape: false })
    environment.addFilter('twice', (value: string) => value + value)
    const engine = jinja(nunjucks, { environment })
    expect(await template(engine, 'any', { x: '<' }).text()).toBe('any <<')
  })

  it('waits for a loader that takes its time', async () => {
    const getSource = (name: string, done: (error: Error | null, found?: object) => void) => {
      queueMicrotask(() =>
        done(null, { src: name === 'main' ? 'a{% include "b" %}' : 'B', path: name, noCache: true }),
      )
    }
    const engine = jinja(nunjucks, { loaders: [{ async: true, getSource }] })
    expect(await template(engine, 'main').text()).toBe('aB')
    const failing = {
      async: true,
      getSource: (_: string, done: (error: Error) => void) => done(new Error('offline')),
    }
    const stream = template(jinja(nunjucks, { loaders: [failing] }), 'main')
    await expect(stream.next()).rejects.toMatchObject({ code: 'NOT_FOUND', template: 'main' })
  })

  it('adds filters, tests and globals', async () => {
    const engine = jinja(nunjucks, {
      templates: { main: '{{ 2 | double }}{{ 3 is big }}{{ site }}{{ who() }}' },
      filters: { double: (value: number) => value * 2 },
      tests: { big: (value: number) => value > 2 },
      globals: { site: '<S>', who: () => 'me' },
    })
    expect(await template(engine, 'main').text()).toBe('4true&lt;S&gt;me')
  })

  it('gives filters and functions the context of nunjucks as `this`', async () => {
    function self(this: { ctx: Record<string, unknown>; lookup(name: string): unknown }) {
      return `${String(this.ctx['a'])}${String(this.lookup('site'))}`
    }
    const engine = jinja(nunjucks, {
      templates: { main: '{{ 1 | self }}{{ self() }}' },
      filters: { self },
      globals: { self, site: 2 },
    })
    expect(await template(engine, 'main', { a: 1 }).text()).toBe('1212')
  })

  it('compiles a template once, and again when nunjucks has forgotten it', async () => {
    let source = 'one'
    let asked = 0
    const getSource = (name: string) => ({ src: source, path: name, noCache: asked++ > 9 })
    const engine = jinja(nunjucks, { loaders: [{ getSource }] })
    expect([await template(engine, 'x').text(), await template(engine, 'x').text(), asked]).toEqual([
      'one',
      'one',
      1,
    ])
    source = 'two'
    if (engine.environment instanceof nunjucks.Environment)
      Reflect.apply(Reflect.get(engine.environment, 'invalidateCache'), engine.environment, [])
    expect(await template(engine, 'x').text()).toBe('two')
  })

  it('takes slices and names of Python after installJinjaCompat()', async () => {
    const uninstall: unknown = Reflect.apply(Reflect.get(nunjucks, 'installJinjaCompat'), nunjucks, [])
    try {
      const main =
        '{{ list[1:3] }}|{{ list[::-1] }}|{{ list[:2] }}|{{ True }}{{ None }}|{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}'
      const engine = jinja(nunjucks, { templates: { main } })
      const data = { list: [1, 2, 3, 4], d: { a: 1 } }
      const { environment } = engine
      if (!(environment instanceof nunjucks.Environment)) throw new TypeError('no environment')
      const text = await template(engine, 'main', data).text()
      expect(text).toBe(environment.render('main', data))
      expect(text).toBe('2,3|4,3,2,1|1,2|true|a1')
    } finally {
      if (typeof uninstall === 'function') Reflect.apply(uninstall, undefined, [])
    }
  })

  it('runs tags of extensions', async () => {
    class Shout {
      tags = ['shout']
      parse(
        parser: {
          nextToken(): { value: string }
          parseSignature(a: null, b: boolean): unknown
          advanceAfterBlockEnd(name: string): void
          parseUntilBlocks(name: string): unknown
        },
        nodes: { CallExtension: new (...values: unknown[]) => unknown },
      ) {
        const token = parser.nextToken()
        const args = parser.parseSignature(null, true)
        parser.advanceAfterBlockEnd(token.value)
        const body = parser.parseUntilBlocks('endshout')
        Reflect.apply(Reflect.get(parser, 'advanceAfterBlockEnd'), parser, [])
        return new nodes.CallExtension(this, 'run', args, [body])
      }
      run(_: unknown, mark: string, body: () => string) {
        return body().toUpperCase() + mark
      }
    }
    const engine = jinja(nunjucks, { templates: { main: 'a{% shout "<!>" %}b{{ x }}{% endshout %}c' } })
    const { environment } = engine
    if (!(environment instanceof nunjucks.Environment)) throw new TypeError('no environment')
    environment.addExtension('Shout', new Shout())
    const text = await template(engine, 'main', { x: 'x' }).text()
    expect(text).toBe('aBX&lt;!&gt;c')
    expect(text).toBe(environment.render('main', { x: 'x' }))
  })

  it('sees super() in a block inside a block, where nunjucks does not', async () => {
    const base = '{% block a %}A{% block b %}B{% endblock %}{% endblock %}'
    const main = '{% extends "base" %}{% block a %}[{% block b %}<{{ super() }}>{% endblock %}]{% endblock %}'
    expect(await render(main, {}, { base })).toBe('[<B>]')
  })

  it.each([
    ['a\n b {{ nowhere() }}', 2, 7, 'Unable to call `nowhere`, which is undefined or falsey'],
    ['{{ x.y.z() }}', 1, 7, 'Unable to call `x["y"]["z"]`, which is undefined or falsey'],
    ['{{ 1 | unheard }}', 1, 8, 'filter not found: unheard'],
    ['{{ 1 is unheard }}', 1, 4, 'test not found: unheard'],
    ['\n\n{% include "nowhere" %}', 3, 4, 'template not found: nowhere'],
    ['{% from "part" import nothing %}', 1, 4, "cannot import 'nothing'"],
    ['{% block a %}{{ super() }}{% endblock %}', 1, 22, 'no super block available for "a"'],
    [
      '{% for a, b in [none] %}{% endfor %}',
      1,
      4,
      'Cannot take part 1 of an item of the loop: the item is null',
    ],
    ['{{ 1 in 2 }}', 1, 4, 'Cannot use "in" operator to search for "1" in unexpected types.'],
  ])('names the place of what fails: %s', async (main, line, column, message) => {
    const failed = render(main, {}, { part: '' })
    await expect(failed).rejects.toThrow(message)
    const error = await failed.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TemplateError)
    const code = message.startsWith('template not found') ? 'NOT_FOUND' : 'RENDER'
    expect(error).toMatchObject({ code, template: 'main', line, column })
  })

  it('names the template that fails, where it is another one', async () => {
    const others = { part: 'x\n{{ broken() }}', lib: '{% macro m() %}\n\n{{ broken() }}{% endmacro %}' }
    await expect(render('{% include "part" %}', {}, others)).rejects.toThrow(
      /^Cannot render part, line 2, column 4: /,
    )
    const main = '{% from "lib" import m %}{{ m() }}'
    await expect(render(main, {}, others)).rejects.toThrow(/^Cannot render lib, line 3, column 4: /)
  })

  it.each([
    ['{% if %}', 'unexpected token: %}'],
    ['a\n{{ 1 + }}', 'unexpected token'],
    ['{% nothing %}', 'unknown block tag: nothing'],
    ['{% block a %}{% endblock %}{% block a %}{% endblock %}', 'the block a is defined more than once'],
    ['{% macro f(1) %}{% endmacro %}', 'a parameter must be a name'],
    ['{% for a.b in c %}{% endfor %}', 'parseFor'],
    ['{% set a.b = 1 %}', 'only a name can be set'],
    ['{{ {1: 2} }}', 'a key must be a name or text'],
    ['{{ () }}', 'there is nothing between ( and )'],
  ])('refuses what is no template, with its place: %s', async (main, message) => {
    const failed = render(main)
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toMatchObject({ code: 'SYNTAX', template: 'main' })
  })

  it('refuses the output of nothing where it was told to', async () => {
    const engine = jinja(nunjucks, { templates: { main: 'a{{ nothing }}' }, throwOnUndefined: true })
    await expect(textOf(template(engine, 'main'))).rejects.toThrow(
      'attempted to output null or undefined value',
    )
  })

  it('passes on what decides about the reply', async () => {
    const find = () => {
      throw notFound('no such city')
    }
    await expect(render('{% set city = find() %}{{ city }}', { find })).rejects.toMatchObject({ status: 404 })
  })

  it('refuses a package and an environment that are not of nunjucks', () => {
    expect(() => jinja({ Environment: class {}, runtime: {} })).toThrow('it is not nunjucks 3')
    expect(() => jinja(nunjucks, { environment: {} })).toThrow('it is not one of nunjucks 3')
  })
})
